"""Which test proves each public name of Django's admin on Documents.

{group: {name: tests}}; a test is "file::name" within tests/twins, or "../file::name".
tests/test_parity.py compares the names with Django's classes.
"""

from collections.abc import Iterator

LISTED = "test_options.py::test_hooks_of_the_list"
INLINE = "test_inlines.py::test_option"
RELATION = "test_inlines.py::test_option_about_references"
INLINE_HOOKS = "test_options.py::test_hooks_of_an_inline"
CHECKS = "test_checks.py::test_wrong_option_of_an_inline"
LIST_HOOKS = "test_list.py::test_hooks_of_the_list"
PARENT_HOOKS = "test_inlines.py::test_hooks_of_the_parent"
PERMISSIONS = ("test_permissions.py::test_the_hooks_receive_the_object", LISTED)
SITE_TEXTS = "test_sites.py::test_texts_of_the_site"
SITE_VIEWS = "test_sites.py::test_i18n_and_password_views_are_hooks"
SITE_TEMPLATES = "test_templates.py::test_template_of_an_option_of_the_site"
TEMPLATES = "test_templates.py::test_template_of_an_option"
FILTERS = "test_filters.py::test_filters"
MANY_FILTERS = "test_filters.py::test_many_filters_and_their_facets"
EDITABLE = "test_list_editable.py"
HOOKS = "test_hooks.py"
ACTION_HOOKS = "test_action_hooks.py"
FILTER_CLASSES = "test_filter_classes.py"
SAVE = "test_save_buttons.py"

MODEL_ADMIN = {
    "action_checkbox": f"{ACTION_HOOKS}::test_action_checkbox",
    "action_form": f"{ACTION_HOOKS}::test_action_form",
    "actions": f"{ACTION_HOOKS}::test_actions_of_an_admin",
    "actions_on_bottom": f"{ACTION_HOOKS}::test_places_of_the_actions",
    "actions_on_top": f"{ACTION_HOOKS}::test_places_of_the_actions",
    "actions_selection_counter": f"{ACTION_HOOKS}::test_places_of_the_actions",
    "add_form_template": TEMPLATES,
    "add_view": f"{HOOKS}::test_views_are_overridden",
    "autocomplete_fields": (
        "test_relations.py::test_autocomplete_fields",
        "test_sites.py::test_autocomplete_view",
    ),
    "change_form_template": TEMPLATES,
    "change_list_template": TEMPLATES,
    "change_view": f"{HOOKS}::test_views_are_overridden",
    "changeform_view": f"{SAVE}::test_buttons_are_switched_by_the_context",
    "changelist_view": f"{HOOKS}::test_views_are_overridden",
    "check": "test_checks.py::test_wrong_option_of_an_admin",
    "checks_class": "test_checks.py::test_checks_class_of_the_admins_own",
    "construct_change_message": f"{SAVE}::test_construct_change_message",
    "date_hierarchy": (
        "test_dates.py::test_levels_of_moments",
        "test_dates.py::test_levels_in_another_time_zone",
        "test_dates.py::test_levels_of_days_in_another_collection",
    ),
    "delete_confirmation_template": TEMPLATES,
    "delete_model": "test_deletion.py::test_delete_model_is_overridden",
    "delete_queryset": "test_deletion.py::test_delete_model_is_overridden",
    "delete_selected_confirmation_template": TEMPLATES,
    "delete_view": f"{HOOKS}::test_delete_view_and_refusals",
    "exclude": "test_form.py::test_exclude",
    "fields": "test_form.py::test_several_fields_on_a_line",
    "fieldsets": (
        "test_form.py::test_fieldsets_on_the_change_form",
        "test_form.py::test_fieldsets_on_the_add_form",
    ),
    "filter_horizontal": "test_form.py::test_filter_horizontal",
    "filter_vertical": "test_form.py::test_filter_vertical",
    "form": "test_form_classes.py::test_form_class",
    "formfield_for_choice_field": "test_form.py::test_formfield_for_choice_field",
    "formfield_for_dbfield": "test_form.py::test_formfield_for_dbfield",
    "formfield_for_foreignkey": (
        "test_form.py::test_formfield_for_foreignkey_limits_the_choices"
    ),
    "formfield_for_manytomany": (
        "test_form.py::test_formfield_for_manytomany_limits_the_choices"
    ),
    "formfield_overrides": (
        "test_form.py::test_formfield_overrides_by_class_of_django",
        "test_form.py::test_formfield_overrides_by_class_of_mongoengine",
    ),
    "get_action": f"{ACTION_HOOKS}::test_get_action",
    "get_action_choices": f"{ACTION_HOOKS}::test_get_actions_and_get_action_choices",
    "get_actions": f"{ACTION_HOOKS}::test_get_actions_and_get_action_choices",
    "get_autocomplete_fields": "test_relations.py::test_get_autocomplete_fields",
    "get_changeform_initial_data": "test_form.py::test_get_changeform_initial_data",
    "get_changelist": f"{HOOKS}::test_changelist_class_of_ones_own",
    "get_changelist_form": f"{EDITABLE}::test_a_form_of_ones_own",
    "get_changelist_formset": f"{EDITABLE}::test_a_formset_with_arguments",
    "get_changelist_instance": f"{HOOKS}::test_get_changelist_instance",
    "get_deleted_objects": "test_deletion.py::test_get_deleted_objects_is_overridden",
    "get_empty_value_display": f"{HOOKS}::test_get_empty_value_display",
    "get_exclude": "test_form.py::test_hooks_of_the_fields",
    "get_field_queryset": (
        f"{HOOKS}::test_get_field_queryset_and_get_autocomplete_fields"
    ),
    "get_fields": "test_form.py::test_hooks_of_the_fields",
    "get_fieldsets": "test_form.py::test_get_fieldsets",
    "get_form": "test_form.py::test_get_form",
    "get_formset_kwargs": PARENT_HOOKS,
    "get_formsets_with_inlines": PARENT_HOOKS,
    "get_inline_formsets": f"{HOOKS}::test_get_inline_formsets",
    "get_inline_instances": PARENT_HOOKS,
    "get_inlines": PARENT_HOOKS,
    "get_list_display": LIST_HOOKS,
    "get_list_display_links": LIST_HOOKS,
    "get_list_filter": "test_filters.py::test_list_filter_of_the_request",
    "get_list_select_related": LIST_HOOKS,
    "get_model_perms": f"{HOOKS}::test_get_model_perms_and_has_module_permission",
    "get_object": f"{SAVE}::test_get_object",
    "get_ordering": "test_list.py::test_get_ordering",
    "get_paginator": "test_list.py::test_get_paginator",
    "get_prepopulated_fields": (
        "test_form.py::test_get_prepopulated_fields_of_a_new_row_only"
    ),
    "get_preserved_filters": f"{HOOKS}::test_get_preserved_filters",
    "get_queryset": f"{SAVE}::test_get_queryset_hides_rows",
    "get_readonly_fields": "test_form.py::test_hooks_of_the_fields",
    "get_search_fields": "test_search.py::test_search_fields_of_the_request",
    "get_search_results": f"{HOOKS}::test_get_search_results",
    "get_sortable_by": "test_list.py::test_get_sortable_by",
    "get_urls": f"{HOOKS}::test_get_urls_with_views_of_ones_own",
    "get_view_on_site_url": f"{HOOKS}::test_get_view_on_site_url",
    "has_add_permission": PERMISSIONS,
    "has_change_permission": PERMISSIONS,
    "has_delete_permission": PERMISSIONS,
    "has_module_permission": "test_permissions.py::test_a_module_without_permission",
    "has_view_or_change_permission": f"{HOOKS}::test_has_view_or_change_permission",
    "has_view_permission": PERMISSIONS,
    "history_view": f"{HOOKS}::test_history_view_with_extra_context",
    "inlines": "test_inlines.py::test_both_kinds_are_edited_in_one_save",
    "list_display": (
        "test_list.py::test_columns_of_every_kind",
        "test_list.py::test_paths_are_columns",
    ),
    "list_display_links": "test_list.py::test_list_display_links",
    "list_editable": (
        f"{EDITABLE}::test_every_kind_of_field",
        f"{EDITABLE}::test_an_error_is_shown_in_its_row",
        f"{EDITABLE}::test_rows_were_sorted_anew_meanwhile",
    ),
    "list_filter": (FILTERS, MANY_FILTERS),
    "list_max_show_all": "test_list.py::test_pages",
    "list_per_page": "test_list.py::test_pages",
    "list_select_related": "test_list.py::test_list_select_related",
    "log_addition": f"{HOOKS}::test_log_hooks",
    "log_change": f"{HOOKS}::test_log_hooks",
    "log_deletion": "test_log.py::test_the_older_hook_of_deletions",
    "log_deletions": f"{HOOKS}::test_log_hooks",
    "lookup_allowed": (
        f"{HOOKS}::test_lookup_allowed",
        "test_filters.py::test_lookup_allowed_of_ones_own",
    ),
    "media": (f"{HOOKS}::test_media", f"{HOOKS}::test_media_as_a_property"),
    "message_user": f"{ACTION_HOOKS}::test_actions_of_an_admin",
    "object_history_template": TEMPLATES,
    "ordering": "test_list.py::test_ordering",
    "paginator": "test_list.py::test_paginator",
    "popup_response_template": TEMPLATES,
    "prepopulated_fields": "test_form.py::test_prepopulated_fields",
    "preserve_filters": f"{SAVE}::test_filters_of_the_list_are_not_preserved",
    "radio_fields": "test_form.py::test_radio_fields",
    "raw_id_fields": "test_relations.py::test_raw_id_fields",
    "readonly_fields": "test_form.py::test_readonly_fields_of_every_kind",
    "render_change_form": f"{SAVE}::test_render_change_form",
    "render_delete_form": (
        f"{HOOKS}::test_construct_change_message_and_render_delete_form"
    ),
    "response_action": f"{ACTION_HOOKS}::test_response_action",
    "response_add": f"{SAVE}::test_response_hooks",
    "response_change": f"{SAVE}::test_response_hooks",
    "response_delete": "test_deletion.py::test_response_delete_is_overridden",
    "response_post_save_add": f"{SAVE}::test_response_post_save_hooks",
    "response_post_save_change": f"{SAVE}::test_response_post_save_hooks",
    "save_as": f"{SAVE}::test_save_as",
    "save_as_continue": f"{SAVE}::test_save_as_without_going_on",
    "save_form": f"{SAVE}::test_save_form",
    "save_formset": f"{SAVE}::test_save_formset",
    "save_model": f"{SAVE}::test_save_model",
    "save_on_top": f"{SAVE}::test_save_on_top",
    "save_related": f"{SAVE}::test_save_related",
    "search_fields": ("test_search.py::test_words", "test_search.py::test_fields"),
    "search_help_text": f"{HOOKS}::test_get_search_results",
    "show_facets": FILTERS,
    "show_full_result_count": "test_list.py::test_without_the_full_count",
    "sortable_by": "test_list.py::test_sortable_by",
    "to_field_allowed": f"{HOOKS}::test_to_field_allowed",
    "urls": f"{HOOKS}::test_get_urls_with_views_of_ones_own",
    "view_on_site": f"{SAVE}::test_view_on_site_by_a_method",
}

INLINE_MODEL_ADMIN = {
    "autocomplete_fields": RELATION,
    "can_delete": INLINE,
    "check": CHECKS,
    "classes": INLINE,
    "exclude": INLINE,
    "extra": INLINE,
    "fields": INLINE,
    "fieldsets": INLINE,
    "filter_horizontal": RELATION,
    "filter_vertical": RELATION,
    "fk_name": "test_inlines.py::test_several_inlines_over_one_model",
    "form": INLINE,
    "formfield_for_choice_field": RELATION,
    "formfield_for_dbfield": INLINE,
    "formfield_for_foreignkey": RELATION,
    "formfield_for_manytomany": RELATION,
    "formfield_overrides": INLINE,
    "formset": "test_inlines.py::test_own_formset",
    "get_exclude": INLINE_HOOKS,
    "get_extra": INLINE,
    "get_fields": INLINE_HOOKS,
    "get_fieldsets": INLINE_HOOKS,
    "get_formset": INLINE,
    "get_max_num": INLINE,
    "get_min_num": INLINE,
    "get_ordering": INLINE,
    "get_prepopulated_fields": INLINE_HOOKS,
    "get_queryset": INLINE,
    "get_readonly_fields": INLINE_HOOKS,
    "has_add_permission": INLINE,
    "has_change_permission": INLINE,
    "has_delete_permission": INLINE,
    "has_view_permission": INLINE,
    "max_num": INLINE,
    "media": f"{HOOKS}::test_media",
    "min_num": INLINE,
    "model": "test_inlines.py::test_both_kinds_are_edited_in_one_save",
    "ordering": INLINE,
    "prepopulated_fields": INLINE,
    "radio_fields": RELATION,
    "raw_id_fields": RELATION,
    "readonly_fields": INLINE,
    "show_change_link": INLINE,
    "template": "test_templates.py::test_template_of_an_inline",
    "verbose_name": INLINE,
    "verbose_name_plural": INLINE,
    "view_on_site": "test_inlines.py::test_view_on_site_of_the_rows",
}

ADMIN_SITE = {
    "actions": "test_sites.py::test_actions_of_the_site",
    "add_action": "test_sites.py::test_actions_of_the_site",
    "admin_view": (
        "test_sites.py::test_admin_view_and_caching",
        "test_sites.py::test_forged_posts_are_refused",
    ),
    "app_index": "test_sites.py::test_each_context_and_views_with_extra_context",
    "app_index_template": SITE_TEMPLATES,
    "autocomplete_view": "test_sites.py::test_autocomplete_view",
    "catch_all_view": SITE_VIEWS,
    "check": "test_sites.py::test_checks_of_a_site",
    "disable_action": "test_sites.py::test_disabled_action",
    "each_context": "test_sites.py::test_each_context_and_views_with_extra_context",
    "empty_value_display": SITE_TEXTS,
    "enable_nav_sidebar": SITE_TEXTS,
    "final_catch_all_view": "test_sites.py::test_final_catch_all_view",
    "get_action": "test_sites.py::test_actions_of_the_site",
    "get_app_list": "test_sites.py::test_get_app_list",
    "get_log_entries": "test_sites.py::test_get_log_entries",
    "get_model_admin": "test_sites.py::test_register_and_unregister",
    "get_urls": "test_sites.py::test_get_urls_of_the_site",
    "has_permission": "test_sites.py::test_has_permission",
    "i18n_javascript": SITE_VIEWS,
    "index": "test_sites.py::test_each_context_and_views_with_extra_context",
    "index_template": SITE_TEMPLATES,
    "index_title": SITE_TEXTS,
    "is_registered": "test_sites.py::test_register_and_unregister",
    "login": ("test_sites.py::test_login_and_logout", SITE_VIEWS),
    "login_form": "test_templates.py::test_login_template_and_login_form",
    "login_template": "test_templates.py::test_login_template_and_login_form",
    "logout": ("test_sites.py::test_login_and_logout", SITE_VIEWS),
    "logout_template": "test_templates.py::test_logout_template",
    "password_change": (SITE_VIEWS, "test_sites.py::test_password_change_form"),
    "password_change_done": SITE_VIEWS,
    "password_change_done_template": SITE_TEMPLATES,
    "password_change_template": SITE_TEMPLATES,
    "register": (
        "test_sites.py::test_register_and_unregister",
        "test_sites.py::test_register_twice",
        "test_sites.py::test_register_with_options",
    ),
    "site_header": SITE_TEXTS,
    "site_title": SITE_TEXTS,
    "site_url": SITE_TEXTS,
    "unregister": (
        "test_sites.py::test_register_and_unregister",
        "test_sites.py::test_not_registered",
    ),
    "urls": "test_sites.py::test_urls_of_both_sites_are_the_same",
}

# What ``from django.contrib.admin import *`` gives.
ADMIN = {
    "AdminSite": "test_sites.py::test_register_and_unregister",
    "AllValuesFieldListFilter": FILTERS,
    "BooleanFieldListFilter": f"{FILTER_CLASSES}::test_filter_classes",
    "ChoicesFieldListFilter": FILTERS,
    "DateFieldListFilter": f"{FILTER_CLASSES}::test_filter_classes",
    "EmptyFieldListFilter": FILTERS,
    "FieldListFilter": MANY_FILTERS,
    "HORIZONTAL": "test_form.py::test_radio_fields",
    "ListFilter": f"{FILTER_CLASSES}::test_filter_of_the_bare_class",
    "ModelAdmin": "test_options.py::test_hooks_of_the_list",
    "RelatedFieldListFilter": MANY_FILTERS,
    "RelatedOnlyFieldListFilter": FILTERS,
    "ShowFacets": FILTERS,
    "SimpleListFilter": MANY_FILTERS,
    "StackedInline": INLINE_HOOKS,
    "TabularInline": INLINE_HOOKS,
    "VERTICAL": "test_form.py::test_radio_fields",
    "action": f"{ACTION_HOOKS}::test_actions_of_an_admin",
    "autodiscover": "test_sites.py::test_default_site_and_autodiscover",
    "display": "test_list.py::test_display_attributes_and_their_order",
    "register": (
        "test_sites.py::test_decorator_with_several_classes_and_a_site",
        "test_sites.py::test_decorator_refuses_as_djangos",
    ),
    "site": "test_sites.py::test_decorator_with_the_default_site",
}

# SimpleListFilter's and FieldListFilter's.
LIST_FILTER = {
    "choices": MANY_FILTERS,
    "expected_parameters": MANY_FILTERS,
    "get_facet_counts": MANY_FILTERS,
    "get_facet_queryset": MANY_FILTERS,
    "has_output": f"{FILTER_CLASSES}::test_filter_of_the_bare_class",
    "lookups": MANY_FILTERS,
    "parameter_name": MANY_FILTERS,
    "queryset": MANY_FILTERS,
    "list_separator": f"{FILTER_CLASSES}::test_list_separator_of_a_filter",
    "register": f"{FILTER_CLASSES}::test_registered_filter",
    "template": "test_templates.py::test_template_of_a_filter",
    "title": MANY_FILTERS,
    "value": MANY_FILTERS,
}

# What the documentation names and the classes do not show.
DOCUMENTED = {
    "ModelAdmin.Media": f"{HOOKS}::test_media",
    "ModelAdmin.admin_site": f"{HOOKS}::test_site_and_model_of_an_admin",
    "ModelAdmin.empty_value_display": f"{HOOKS}::test_get_empty_value_display",
    "ModelAdmin.model": f"{HOOKS}::test_site_and_model_of_an_admin",
    "ModelAdmin.opts": f"{HOOKS}::test_site_and_model_of_an_admin",
    "action.description": f"{ACTION_HOOKS}::test_actions_of_an_admin",
    "action.permissions": f"{ACTION_HOOKS}::test_actions_for_the_permitted_only",
    "display.boolean": "test_list.py::test_display_attributes_and_their_order",
    "display.description": "test_list.py::test_display_attributes_and_their_order",
    "display.empty_value": "test_list.py::test_display_attributes_and_their_order",
    "display.ordering": "test_list.py::test_display_attributes_and_their_order",
    "AdminConfig.default_site": "test_sites.py::test_default_site_and_autodiscover",
    "reverse names.changelist": "test_sites.py::test_names_of_the_urls",
    "reverse names.app_list": "test_sites.py::test_names_of_the_urls",
    "templates.block": "test_templates.py::test_every_block",
    "templates.change_form": (
        "test_templates.py::test_template_in_the_folder_of_the_class",
        "test_templates.py::test_template_in_the_folder_of_the_app_or_the_admin",
    ),
    "LogEntry.history": "test_log.py::test_added_changed_and_deleted",
    "LogEntry.get_edited_object": (
        "../test_options.py::test_change_is_logged_and_shown_in_history"
    ),
    "LogEntry.get_change_message": (
        "../test_options.py::test_change_is_logged_and_shown_in_history"
    ),
    "LogEntry.log_actions": "test_log.py::test_more_than_a_page_of_history",
    "views._popup": "test_popups.py::test_add_form_in_a_popup",
    "views._to_field": "test_popups.py::test_add_form_in_a_popup_by_a_written_key",
    "languages.language": "test_languages.py::test_every_page",
}

GROUPS = {
    "ModelAdmin": MODEL_ADMIN,
    "InlineModelAdmin": INLINE_MODEL_ADMIN,
    "AdminSite": ADMIN_SITE,
    "admin": ADMIN,
    "ListFilter": LIST_FILTER,
    "documented": DOCUMENTED,
}

# Names without a test of their own, each with the reason.
OF_THE_LIST = "Django asks it for lists only, and an inline has none."
NOT_TESTED = {
    "InlineModelAdmin": {
        "checks_class": "The checks of inlines are tested; it only names their class.",
        "get_autocomplete_fields": "Calls autocomplete_fields, which is tested.",
        "get_empty_value_display": "Shared with ModelAdmin, where it is tested.",
        "get_field_queryset": "Shared with ModelAdmin, where it is tested.",
        "get_inlines": "An inline has no inlines.",
        "get_sortable_by": OF_THE_LIST,
        "get_view_on_site_url": "Calls view_on_site, which is tested.",
        "has_module_permission": "Django asks it of a ModelAdmin only.",
        "has_view_or_change_permission": "Calls two hooks, which are tested.",
        "lookup_allowed": OF_THE_LIST,
        "show_full_result_count": OF_THE_LIST,
        "sortable_by": OF_THE_LIST,
        "to_field_allowed": "Django asks it of a ModelAdmin only.",
    },
    "ListFilter": {
        "create": "Django makes every filter of a field by it, as the tests of all do.",
    },
}


def named_tests(group: str) -> Iterator[tuple[str, str, str]]:
    """Yield (name, file within tests/twins, test) of a group."""
    for name, tests in GROUPS[group].items():
        for each in [tests] if isinstance(tests, str) else tests:
            file, _, test = each.partition("::")
            yield name, file, test
