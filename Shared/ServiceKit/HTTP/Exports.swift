// The words of a route's declaration (`.get`, `.created`), so that declaring one needs no further import.
@_exported public import HTTPTypes
