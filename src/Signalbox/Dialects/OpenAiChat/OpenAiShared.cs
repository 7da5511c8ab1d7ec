using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>What chat completions and the Responses API say in the same words.</summary>
internal static class OpenAiShared
{
    /// <summary>Fields that mean the same in both protocols and nothing elsewhere; carried as they are.</summary>
    private static readonly string[] CarriedFields =
        ["metadata", "service_tier", "store", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"];

    private const string CarriedPrefix = "openai.";

    /// <summary>How much the model should say: low, medium, high.</summary>
    public const string Verbosity = "verbosity";

    public static void Read(JsonElement body, ChatOptions options)
    {
        foreach (var field in CarriedFields)
        {
            if (body.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                Vocabulary.Set(options, CarriedPrefix + field, value);
            }
        }

        if (body.TryGetProperty(Verbosity, out var verbosity) && verbosity.ValueKind == JsonValueKind.String)
        {
            Vocabulary.Set(options, Verbosity, verbosity.GetString());
        }
    }

    public static void Write(ChatOptions options, Utf8JsonWriter json)
    {
        if (options.AdditionalProperties is not { } properties)
        {
            return;
        }

        foreach (var field in CarriedFields)
        {
            if (properties.TryGetValue(CarriedPrefix + field, out var value) && value is JsonElement element)
            {
                json.WritePropertyName(field);
                element.WriteTo(json);
            }
        }
    }

    /// <summary>Whether the caller has set one of the carried fields.</summary>
    public static bool Carries(ChatOptions options, string field) => options.AdditionalProperties?.ContainsKey(CarriedPrefix + field) is true;

    public static List<string> Strings(JsonElement array, string name, ReadProblems problems)
    {
        var strings = new List<string>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            problems.Enter(name, strings.Count);
            if (problems.Is(item, JsonValueKind.String, null, "a string"))
            {
                strings.Add(item.GetString()!);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                break;
            }
        }

        return strings;
    }

    /// <summary>Reads <c>{name, description, schema, strict}</c>.</summary>
    public static void ReadSchema(JsonElement format, ChatOptions options, ReadProblems problems)
    {
        var name = problems.String(format, "name");
        var description = problems.String(format, "description");
        options.ResponseFormat = problems.Object(format, "schema") is { } schema
            ? ChatResponseFormat.ForJsonSchema(schema, name, description)
            : ChatResponseFormat.Json;
        Vocabulary.Set(options, Vocabulary.SchemaStrict, problems.Bool(format, "strict"));
    }

    /// <summary>Writes <c>name, description, schema, strict</c> into the current object.</summary>
    public static void WriteSchema(ChatResponseFormatJson format, ChatOptions options, Utf8JsonWriter json)
    {
        json.WriteString("name"u8, format.SchemaName ?? "answer");
        if (format.SchemaDescription is { } description)
        {
            json.WriteString("description"u8, description);
        }

        json.WritePropertyName("schema"u8);
        format.Schema!.Value.WriteTo(json);
        if (Vocabulary.Get<bool?>(options.AdditionalProperties, Vocabulary.SchemaStrict) is { } strict)
        {
            json.WriteBoolean("strict"u8, strict);
        }
    }

    public static void SetEffort(ChatOptions options, string? effort)
    {
        if (effort is null)
        {
            return;
        }

        Vocabulary.Set(options, Vocabulary.Effort, effort);
        options.Reasoning = new ReasoningOptions
        {
            Effort = effort switch
            {
                "none" => ReasoningEffort.None,
                "minimal" or "low" => ReasoningEffort.Low,
                "medium" => ReasoningEffort.Medium,
                "high" => ReasoningEffort.High,
                "xhigh" or "max" => ReasoningEffort.ExtraHigh,
                _ => null,
            },
        };
    }

    /// <summary>The effort as a word: the caller's own, or the vocabulary's, or null.</summary>
    public static string? EffortOf(ChatOptions options) =>
        Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.Effort) ?? options.Reasoning?.Effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => null,
        };
}
