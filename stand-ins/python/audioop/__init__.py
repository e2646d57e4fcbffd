"""krait: the compiled part of audioop-lts."""
