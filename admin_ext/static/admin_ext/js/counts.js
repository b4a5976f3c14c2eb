/* The link beside "10,000+" counts while the page stays as it is. Without this script it
   leads to the same page with the exact number. */
"use strict";

{
    function lineOfCode(text) {
        const line = document.createElement("code");
        line.textContent = text;
        return line;
    }

    async function count(link, answer) {
        link.setAttribute("aria-disabled", "true");
        answer.textContent = link.dataset.busy;
        let isDone = false;
        try {
            const response = await fetch(link.dataset.url, {headers: {Accept: "application/json"}});
            // Who is logged out by now gets the page that asks for a password.
            const found = await response.json();
            answer.replaceChildren(found.text, ...found.lines.map(lineOfCode));
            isDone = found.is_exact;
        } catch {
            answer.textContent = link.dataset.failed;
        }
        link.removeAttribute("aria-disabled");
        if (isDone) {
            const hadFocus = document.activeElement === link;
            link.parentElement.querySelector(".count")?.remove();
            link.remove();
            if (hadFocus) {
                answer.focus();
            }
        }
    }

    document.addEventListener("click", event => {
        const link = event.target.closest(".count-exactly");
        if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
            return;
        }
        event.preventDefault();
        if (!link.hasAttribute("aria-disabled")) {
            count(link, link.parentElement.querySelector(".exact-count"));
        }
    });
}
