namespace Signalbox.Tests.Dialects.Fields;

/// <summary>A field of a published schema, in the notation of the ledger; the words it may have, where the schema lists them.</summary>
internal sealed record PublishedField(string Path, IReadOnlySet<string> Words)
{
    public static IReadOnlySet<string> AnyWord { get; } = new HashSet<string>();
}
