/* Django's autocomplete, except that the next page begins where the last one ended: the
   answer for a large collection says so in `pagination.after`. */
"use strict";

{
    const $ = django.jQuery;

    // Django's own script calls this, for new rows too.
    $.fn.djangoAdminSelect2 = function () {
        this.each(function () {
            const {appLabel, modelName, fieldName} = this.dataset;
            $(this).select2({
                ajax: {
                    data: (params) => ({
                        term: params.term,
                        page: params.page,
                        after: params.after,
                        app_label: appLabel,
                        model_name: modelName,
                        field_name: fieldName
                    }),
                    // select2 asks for more with what it asked with before.
                    processResults: (answer, params) => {
                        params.after = answer.pagination.after;
                        return answer;
                    }
                }
            });
        });
        return this;
    };
}
