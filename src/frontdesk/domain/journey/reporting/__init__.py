"""What became of offers, in numbers: folds over entries, each of which a recount from the log confirms."""
