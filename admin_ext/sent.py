"""What a person sends, when others are faster, or MongoDB stops or refuses it."""

import logging
from contextlib import nullcontext
from functools import partial
from time import monotonic

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from mongoengine.errors import OperationError

from . import saving
from .exceptions import SaveRejected, Superseded
from .failures import FAILURES, told
from .history import unlog_deletions
from .limits import READING, WHOLE_PAGE, drawn_until, limiting_each, max_time, within

logger = logging.getLogger(__name__)

# How often a save is tried that others overtake between reading and writing.
MAX_ATTEMPTS = 5


class SentMixin:
    """Mixed in before ModelAdmin: reads for what was sent within a limit.

    What writes has none: a write that the driver gave up may have happened.
    """

    def get_changelist_instance(self, request):
        with within(WHOLE_PAGE * max_time()):
            return super().get_changelist_instance(request)

    def changelist_view(self, request, extra_context=None):
        """Show the list again where an action, or a cell, got no answer."""
        view = partial(super().changelist_view, request, extra_context)
        if request.method in READING:
            return view()
        limit = WHOLE_PAGE * max_time()
        # What an action reads may take as long as the action.
        is_of_cells = "_save" in request.POST
        try:
            with limiting_each() if is_of_cells else nullcontext():
                response = self._show_refused_saves(request, view)
        except OperationError as error:
            return self._write_refused(request, error)
        except FAILURES as error:
            return self._not_done(request, told(self.opts.label, error, limit))
        # Such as a page that asks for confirmation.
        return drawn_until(monotonic() + limit / 1_000, response)

    def delete_view(self, request, object_id, extra_context=None):
        """Ask again where MongoDB refuses what was confirmed."""
        view = partial(super().delete_view, request, object_id, extra_context)
        if request.method in READING:
            return view()
        try:
            return view()
        except OperationError as error:
            return self._write_refused(request, error)

    def _write_refused(self, request, error):
        why = saving.refusal(error)
        # The driver's own text may quote the document.
        logger.warning("%s: %s", self.opts.label, why)
        return self._not_done(request, why)

    def _not_done(self, request, why):
        """Show the page again, and why what was sent to it is not done."""
        unlog_deletions(request, self.model)
        text = _(
            "This was not done, or not all of it. %(why)s Look at what is there before "
            "you try again."
        )
        self.message_user(request, text % {"why": why}, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = partial(super().changeform_view, request, object_id, form_url)
        view = partial(view, extra_context)
        if request.method in READING:
            return self._show_refused_saves(request, view)
        try:
            with limiting_each():
                response = self._show_refused_saves(request, view)
        except OperationError as error:
            # Of a row that was to be deleted; a refused save is shown on its form.
            return self._write_refused(request, error)
        # The form again, with what is wrong.
        return drawn_until(monotonic() + WHOLE_PAGE * max_time() / 1_000, response)

    def _show_refused_saves(self, request, view):
        """Call ``view``; when MongoDB refuses a save, again, with the reason shown.

        A form that belongs to the refused document shows it on its field. A save by
        a hook may have no form; then the reason is a message.
        """
        try:
            return self._with_new_attempts(view)
        except SaveRejected as rejected:
            request.save_errors = {rejected.key: rejected.errors}
        try:
            return view()
        except SaveRejected as rejected:
            self.message_user(
                request, " ".join(rejected.errors.messages), messages.ERROR
            )
            return HttpResponseRedirect(request.get_full_path())

    def _with_new_attempts(self, view):
        """Call ``view`` again when somebody else was faster by milliseconds.

        It reads the document anew, and merges or finds the conflict. Once a part was
        written, such as the parent of an inline, it is not: that part would be written
        a second time.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            with saving.noting_writes() as written:
                try:
                    return view()
                except Superseded:
                    if written or attempt == MAX_ATTEMPTS:
                        raise
