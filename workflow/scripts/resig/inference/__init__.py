"""Inference between biological samples, never between cells."""

KINDS = ("groups", "trend", "continuous", "survival")
