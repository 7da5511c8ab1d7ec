using System.Text.Json;

namespace Signalbox.Catalog;

/// <summary>What the versions of a family have in common: named once in catalog.json, referred to by its models.</summary>
internal sealed record ModelFamily
{
    public ModelKind Kind { get; init; }

    public Modalities Input { get; init; } = Modalities.Text;

    public Modalities Output { get; init; } = Modalities.Text;

    public ModelCapabilities Capabilities { get; init; } = ModelCapabilities.Conservative;

    public CatalogModel ApplyTo(CatalogModel model) =>
        model with { Kind = Kind, Input = Input, Output = Output, Capabilities = Capabilities };

    /// <summary>Reads one family; <c>like</c> starts it from one that was read before.</summary>
    public static ModelFamily Read(ref Utf8JsonReader reader, Dictionary<string, ModelFamily> known)
    {
        var family = new ModelFamily();
        while (CatalogReader.NextProperty(ref reader) is { } name)
        {
            family = name switch
            {
                "like" => known[reader.GetString()!],
                "kind" => family with { Kind = ReadKind(ref reader) },
                "input" => family with { Input = ReadModalities(ref reader) },
                "output" => family with { Output = ReadModalities(ref reader) },
                _ => family with { Capabilities = ReadCapability(ref reader, name, family.Capabilities) },
            };
        }

        return family;
    }

    public static Modalities ReadModalities(ref Utf8JsonReader reader)
    {
        var modalities = Modalities.None;
        while (CatalogReader.NextItem(ref reader))
        {
            modalities |= reader.GetString() switch
            {
                "text" => Modalities.Text,
                "image" => Modalities.Image,
                "audio" => Modalities.Audio,
                "file" => Modalities.File,
                "video" => Modalities.Video,
                var other => throw CatalogReader.Unknown(other!, "the modalities"),
            };
        }

        return modalities;
    }

    private static ModelCapabilities ReadCapability(ref Utf8JsonReader reader, string name, ModelCapabilities known) => name switch
    {
        "sampling" => known with { Sampling = reader.GetBoolean() },
        "singleSampler" => known with { SingleSampler = reader.GetBoolean() },
        "prefill" => known with { Prefill = reader.GetBoolean() },
        "reasoning" => known with { Reasoning = ReadReasoning(ref reader) },
        "efforts" => known with { Efforts = CatalogReader.Strings(ref reader) },
        "reasoningOff" => known with { ReasoningOff = reader.GetBoolean() },
        "reasonsByDefault" => known with { ReasonsByDefault = reader.GetBoolean() },
        "minBudget" => known with { MinThinkingBudget = reader.GetInt32() },
        "maxBudget" => known with { MaxThinkingBudget = reader.GetInt32() },
        "tools" => known with { Tools = reader.GetBoolean() },
        "forcedTools" => known with { ForcedTools = reader.GetBoolean() },
        "parallelTools" => known with { ParallelTools = reader.GetBoolean() },
        "jsonSchema" => known with { JsonSchema = reader.GetBoolean() },
        "maxCompletionTokens" => known with { MaxCompletionTokens = reader.GetBoolean() },
        "responsesOnly" => known with { ResponsesOnly = reader.GetBoolean() },
        "minCacheTokens" => known with { MinCacheTokens = reader.GetInt32() },
        "refuses" => known with { RefusedParameters = CatalogReader.Strings(ref reader) },
        _ => throw CatalogReader.Unknown(name, "a family"),
    };

    private static ModelKind ReadKind(ref Utf8JsonReader reader) => reader.GetString() switch
    {
        "chat" => ModelKind.Chat,
        "embedding" => ModelKind.Embedding,
        "transcription" => ModelKind.Transcription,
        var other => throw CatalogReader.Unknown(other!, "the kinds"),
    };

    private static ReasoningKind ReadReasoning(ref Utf8JsonReader reader) => reader.GetString() switch
    {
        "none" => ReasoningKind.None,
        "effort" => ReasoningKind.Effort,
        "budget" => ReasoningKind.Budget,
        "adaptive" => ReasoningKind.Adaptive,
        "level" => ReasoningKind.Level,
        "toggle" => ReasoningKind.Toggle,
        "always" => ReasoningKind.Always,
        var other => throw CatalogReader.Unknown(other!, "the kinds of reasoning"),
    };
}
