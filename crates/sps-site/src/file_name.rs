//! File names of objects.
