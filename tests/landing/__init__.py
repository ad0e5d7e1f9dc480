"""Tests of include/landing."""
