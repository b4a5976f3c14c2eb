"""The record shop as Documents."""
