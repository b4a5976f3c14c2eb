"""The record shop as SQL models."""
