"""Verify the audit from outside, with nothing but Python: python verify_audit.py audit.jsonl

The file is what ``fangpin audit export audit.jsonl`` writes: the entries of a seal, then the seal. Each entry is hashed
(SHA-256 over its JSON with keys in order, no spaces, UTF-8); a seal holds the hash over the hashes of its entries and
the hash of the seal before. Compare the last hash with one noted earlier on paper: then nothing was cut off at the end.
"""

import hashlib
import json
import sys


def digest(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def main(path):
    leaves, previous, number, total, problems = [], "0" * 64, 0, 0, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            if "entry" in said:
                entry = json.dumps(said["entry"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
                leaves.append(digest(entry))
                continue
            seal, number = said["seal"], number + 1
            if seal["id"] != number:
                problems.append(f"seal {number} is missing")
            if len(leaves) != seal["count"]:
                problems.append(f"seal {seal['id']}: {len(leaves)} of {seal['count']} entries")
            if digest("\n".join(leaves)) != seal["content"]:
                problems.append(f"seal {seal['id']}: entries changed or taken away")
            if seal["previous"] != previous:
                problems.append(f"seal {seal['id']} does not follow the one before")
            made = f"{seal['id']}\n{seal['at']}\n{seal['count']}\n{seal['content']}\n{seal['previous']}"
            if digest(made) != seal["hash"]:
                problems.append(f"seal {seal['id']} was changed")
            total, previous, leaves = total + len(leaves), seal["hash"], []
    if leaves:
        problems.append(f"{len(leaves)} entries after the last seal")
    for problem in problems:
        print(problem)
    print(f"{'NOT WHOLE' if problems else 'whole'}: {number} seals, {total} entries, head {previous}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
