using Signalbox.Dialects;

namespace Signalbox.Routing;

/// <summary>The reasons for which a route may declare fallbacks of their own.</summary>
internal static class FallbackReasons
{
    public static readonly string[] Words = ["context_length", "content_filtered"];

    public static ErrorKind? Find(string word) => word switch
    {
        "context_length" => ErrorKind.ContextLength,
        "content_filtered" => ErrorKind.ContentFiltered,
        _ => null,
    };
}
