"""What may be learned from what: folds that name subjects, never rows, and the classes that are told apart."""
