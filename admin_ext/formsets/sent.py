"""How many rows were sent, whatever a form says of their number."""

# Rows of which nothing was sent, as of one whose only input is a box, are blank.
MAX_UNSENT = 100


class SentRows:
    """Mixed into a formset: makes no thousands of rows of which nothing was sent.

    Django (5.2) makes as many as the management form says, up to ``absolute_max``
    (2,000), and draws them all beside the error about their number.
    """

    def total_form_count(self):
        total = super().total_form_count()
        return min(total, len(self.data) + MAX_UNSENT) if self.is_bound else total
