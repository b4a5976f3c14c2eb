"""Delete changes from the history that are older than it is kept."""

from django.core.management.base import BaseCommand, CommandError

from admin_ext.history.retention import clear, days


class Command(BaseCommand):
    help = "Deletes changes of documents from the history that are old enough."

    def add_arguments(self, parser):
        parser.add_argument(
            "--days",
            type=int,
            help="How many days are kept; without it, ADMIN_EXT_HISTORY_DAYS.",
        )

    def handle(self, *args, **options):
        kept = days() if options["days"] is None else options["days"]
        if kept is None:
            raise CommandError(
                "How long changes are kept is set by ADMIN_EXT_HISTORY_DAYS or --days."
            )
        if kept < 0:
            raise CommandError("The value of --days must not be negative.")
        count = clear(kept)
        self.stdout.write(f"{count} changes deleted, older than {kept} days.")
