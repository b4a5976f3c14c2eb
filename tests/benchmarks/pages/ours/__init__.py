"""This project's site over MongoDB, as it is measured."""
