/* References to documents of several kinds: the link beside the ID looks in the list of
   the kind that is chosen, and the name of the stored document goes with its ID. */
"use strict";

{
    // Django's popup tells of its choice through jQuery only.
    const $ = django.jQuery;

    $(document).on("change", ".generic-reference", function (event) {
        const link = this.querySelector(".related-lookup");
        if (link && event.target.classList.contains("generic-reference-type")) {
            const url = event.target.selectedOptions[0]?.dataset.lookup;
            link.hidden = !url;
            link.href = url || "";
        }
        const label = this.querySelector(".generic-reference-label");
        if (label) {
            label.hidden = true;
        }
    });
}
