"""Inference between biological samples, never between cells."""
