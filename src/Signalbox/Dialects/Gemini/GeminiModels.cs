using Signalbox.Catalog;

namespace Signalbox.Dialects.Gemini;

/// <summary>What depends on the version in a Gemini model's name and is not in the catalog. An unknown name is taken for a new model.</summary>
internal static class GeminiModels
{
    /// <summary>Path of a method of a model below the provider's base URL.</summary>
    public static string Path(string upstream, string method)
    {
        // A tuned model brings its own collection; the name itself must not add a path or a query.
        var (collection, name) = upstream.StartsWith("tunedModels/", StringComparison.Ordinal)
            ? ("tunedModels", upstream["tunedModels/".Length..])
            : ("models", Bare(upstream));
        return $"/v1beta/{collection}/{Uri.EscapeDataString(name)}:{method}";
    }

    /// <summary>A model's name without the collection that Google's listings put before it.</summary>
    public static string Bare(string model) => model.StartsWith("models/", StringComparison.Ordinal) ? model["models/".Length..] : model;

    /// <summary>Whether the model takes JSON schemas. Versions 1.x and 2.0 take a subset of OpenAPI's only.</summary>
    public static bool TakesJsonSchema(string upstream) =>
        !upstream.Contains("gemini-1.", StringComparison.Ordinal) && !upstream.Contains("gemini-2.0", StringComparison.Ordinal);

    /// <summary>Whether a tool's result may hold images and files (from version 3).</summary>
    public static bool TakesMediaInResults(string upstream) => MajorVersion(upstream) is null or >= 3;

    /// <summary>Whether the first call of each step must carry a thought signature (from version 3).</summary>
    public static bool WantsSignatures(string upstream, ModelCapabilities capabilities) =>
        capabilities.Reasoning == ReasoningKind.Level || MajorVersion(upstream) is >= 3;

    private static int? MajorVersion(string upstream)
    {
        var start = upstream.IndexOf("gemini-", StringComparison.Ordinal);
        return start >= 0 && start + 7 < upstream.Length && char.IsAsciiDigit(upstream[start + 7]) ? upstream[start + 7] - '0' : null;
    }
}
