"""krait: tiktoken's compiled module: byte pair encoding."""

import array
import re

import _krait_stand_ins.regex._main as _regex

_FAR = 1 << 62
_KEPT = 1 << 16


def _text(value):
    if not isinstance(value, str):
        raise TypeError(f"'{type(value).__name__}' object is not an instance of 'str'")
    # A lone surrogate is an error, as it is in Rust.
    value.encode()
    return value


class CoreBPE:
    __module__ = "tiktoken._tiktoken"

    def __init__(self, encoder, special_tokens_encoder, pattern):
        try:
            self._find = _regex.compile(pattern).finditer
        except _regex.error as wrong:
            raise ValueError(str(wrong))
        self._ranks, self._special = dict(encoder), dict(special_tokens_encoder)
        self._pieces = {rank: piece for piece, rank in self._ranks.items()}
        if len(self._pieces) != len(self._ranks):
            raise ValueError(
                f"Encoder and decoder must be of equal length. Encoder length: {len(self._ranks)}, decoder length: "
                f"{len(self._pieces)}.\nMaybe you had duplicate token indices in your encoder?"
            )
        self._of_special = {rank: text.encode() for text, rank in self._special.items()}
        # All of them, as of several at a place the first in order is meant.
        self._find_special = re.compile("|".join(map(re.escape, self._special)) or "(?!)").search
        self._known = {}

    def _encoded(self, piece):
        """The tokens of a piece: the pair of the lowest rank is joined, the first of such, until there is none."""
        ranks = self._ranks
        rank = ranks.get(piece)
        if rank is not None:
            return (rank,)
        found = self._known.get(piece)
        if found is not None:
            return found
        parts = [piece[index:index + 1] for index in range(len(piece))]
        pairs = [ranks.get(one + other, _FAR) for one, other in zip(parts, parts[1:])]
        while pairs:
            lowest = min(pairs)
            if lowest == _FAR:
                break
            at = pairs.index(lowest)
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
            del pairs[at]
            if at < len(pairs):
                pairs[at] = ranks.get(parts[at] + parts[at + 1], _FAR)
            if at:
                pairs[at - 1] = ranks.get(parts[at - 1] + parts[at], _FAR)
        found = tuple(ranks[part] for part in parts)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[piece] = found
        return found

    def _ordinary(self, text, tokens):
        """Adds a text's tokens; how many the last piece has."""
        last = 0
        for found in self._find(text):
            piece = self._encoded(found[0].encode())
            tokens += piece
            last = len(piece)
        return last

    def encode_ordinary(self, text):
        tokens = []
        self._ordinary(_text(text), tokens)
        return tokens

    def _all(self, text, allowed):
        text, tokens, start, last = _text(text), [], 0, 0
        while True:
            at = start
            while (found := self._find_special(text, at)) and found[0] not in allowed:
                at = found.start() + 1
            last = self._ordinary(text[start:found.start() if found else len(text)], tokens)
            if not found:
                return tokens, last
            tokens.append(self._special[found[0]])
            start, last = found.end(), 0

    def encode(self, text, allowed_special):
        return self._all(text, allowed_special)[0]

    def encode_to_tiktoken_buffer(self, text, allowed_special):
        return memoryview(array.array("I", self.encode(text, allowed_special))).cast("B")

    def encode_with_unstable(self, text, allowed_special):
        raise NotImplementedError("krait's stand-in for tiktoken has no encode_with_unstable()")

    def _encode_bytes(self, data):
        # The part that is text is taken apart as text, and the rest as one piece.
        try:
            return self.encode_ordinary(data.decode())
        except UnicodeDecodeError as wrong:
            valid = data[:wrong.start].decode()
        tokens = []
        last = self._ordinary(valid, tokens)
        rest = data[len(valid.encode()):]
        if tokens:
            kept = tokens[len(tokens) - last:]
            del tokens[len(tokens) - last:]
            rest = b"".join(self._pieces[token] for token in kept) + rest
        tokens += self._encoded(rest)
        return tokens

    def encode_single_token(self, piece):
        rank = self._ranks.get(piece)
        if rank is None:
            try:
                rank = self._special.get(piece.decode())
            except UnicodeDecodeError:
                pass
        if rank is None:
            raise KeyError(piece)
        return rank

    def encode_single_piece(self, piece):
        return list(self._encoded(bytes(piece)))

    def _piece(self, token):
        piece = self._pieces.get(token)
        return self._of_special.get(token) if piece is None else piece

    def decode_bytes(self, tokens):
        pieces = []
        for token in tokens:
            piece = self._piece(token)
            if piece is None:
                raise KeyError(f"Invalid token for decoding: {token}")
            pieces.append(piece)
        return b"".join(pieces)

    def decode_single_token_bytes(self, token):
        piece = self._piece(token)
        if piece is None:
            raise KeyError(str(token))
        return piece

    def token_byte_values(self):
        return sorted(self._ranks)
