"""krait: ckzg's module: its names, so that what imports them works; krait computes no commitments of blobs.

eth-account imports it whenever it is imported itself, and uses it for transactions with blobs alone.
"""


def _refusing(name):
    def refuse(*arguments):
        raise NotImplementedError(f"ckzg.{name}: krait computes no KZG commitments, which transactions with blobs need")

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


def load_trusted_setup(*arguments):
    """Load trusted setup from file path"""
    if list(map(type, arguments)) != [str, int]:
        raise ValueError("expected string and int")
    return object()


for _name in (
    "blob_to_kzg_commitment", "compute_blob_kzg_proof", "compute_cells", "compute_cells_and_kzg_proofs",
    "compute_kzg_proof", "recover_cells_and_kzg_proofs", "verify_blob_kzg_proof", "verify_blob_kzg_proof_batch",
    "verify_cell_kzg_proof_batch", "verify_kzg_proof",
):
    globals()[_name] = _refusing(_name)
