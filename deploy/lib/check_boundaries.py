#!/usr/bin/python3
"""Checks what may import what: no service imports another, shared code imports no service, C libraries stay in their
places, and each shared module imports only what docs/architecture.md lets it. Prints each import that should not be."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = {path.name for path in (ROOT / "Services").iterdir() if any(path.rglob("*.swift"))}
SHARED = {path.name for path in (ROOT / "Shared").iterdir() if path.is_dir()}
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private |fileprivate )?import "
                    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)")

C_LIBRARIES = {"CLibPQ": "Shared/Database", "CZeroMQ": "Shared/Bus", "CSodium": "Services/CRM", "CEpoll": "Services/MediaServer",
               "COpenSSL": "Shared/WebRTC", "CSRTP": "Shared/WebRTC",
               "CSpanDSP": ("Shared/Codecs", "Services/MediaServer", "Services/FaxWorker"), "COpus": ("Shared/Codecs", "Services/MediaServer"),
               "CPocketSphinx": "Services/SpeechWorker"}
OUTSIDE = {"Hummingbird", "HummingbirdCore", "NIOCore", "NIOPosix", "JWTKit", "Configuration", "ServiceLifecycle",
           "Logging", "Metrics", "Crypto", "HTTPTypes", "Collections"}
# What a shared module may import of ours and of others; the Swift and C standard libraries are free to all.
ALLOWED = {
    "Contracts": set(),
    "Database": {"CLibPQ", "Logging"},
    "Bus": {"Contracts", "CZeroMQ", "ServiceLifecycle", "Logging"},
    "Cluster": {"Contracts", "Bus", "Database", "ServiceLifecycle", "Logging"},
    "SDP": set(),
    "RTP": set(),
    "Fax": set(),
    "Speech": set(),
    "WebRTC": {"SDP"},
    "Codecs": {"RTP", "SDP", "CSpanDSP", "COpus"},
    "SIP": {"NIOCore", "NIOPosix", "Crypto", "Logging"},
}


def imports(path):
    inside_text = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not inside_text and (found := IMPORT.match(line)):
            yield number, found.group(1)
        if line.count('"""') % 2 == 1:
            inside_text = not inside_text


def objection(folder, module, path, name):
    """Why `name` may not be imported there; None if it may."""
    place = f"{folder}/{module}"
    if name in C_LIBRARIES:
        places = C_LIBRARIES[name] if isinstance(C_LIBRARIES[name], tuple) else (C_LIBRARIES[name],)
        return None if place in places else f"{name} belongs to {' and '.join(places)}"
    if name in SERVICES and name != module:
        return "no service imports another" if folder == "Services" else "shared code imports no service"
    if folder == "Shared" and module in ALLOWED and name in SHARED | OUTSIDE and name not in ALLOWED[module] | {module}:
        return f"{module} may import {', '.join(sorted(ALLOWED[module])) or 'Foundation only'}"
    if name == "NIOPosix" and folder == "Shared" and "Transport" not in path.parts:
        return "NIOPosix belongs to Transport/"
    return None


def main():
    found = []
    for folder in ("Services", "Shared"):
        for path in sorted((ROOT / folder).rglob("*.swift")):
            relative = path.relative_to(ROOT)
            module = relative.parts[1]
            for number, name in imports(path):
                if reason := objection(folder, module, relative, name):
                    found.append(f"{relative}:{number}: import {name}: {reason}")
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
