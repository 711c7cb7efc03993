"""`jushi eval tune`: settings of search and of answering fitted on one part of a question set, judged on the other."""
