using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>
/// Fields that only this protocol has and that a translation through the vocabulary and back must not lose. They travel in
/// <c>AdditionalProperties</c> as they came.
/// </summary>
internal static class AnthropicFields
{
    /// <summary>On a tool call: who made it (the model, or code that the server runs).</summary>
    public const string Caller = "anthropic.caller";

    /// <summary>On a document: whether it may be cited.</summary>
    public const string Citations = "anthropic.citations";

    /// <summary>On a document: what the model is told about it.</summary>
    public const string Context = "anthropic.context";

    /// <summary>Keeps a field of the wire on a content, where it is there.</summary>
    public static void Keep(JsonElement block, string field, AIContent content, string name)
    {
        if (block.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            Vocabulary.Set(content, name, value);
        }
    }

    /// <summary>Writes a kept field back.</summary>
    public static void Restore(AIContent content, string name, string field, Utf8JsonWriter json)
    {
        if (content.AdditionalProperties is { } properties && properties.TryGetValue(name, out var value) && value is JsonElement element)
        {
            json.WritePropertyName(field);
            element.WriteTo(json);
        }
    }

    /// <summary>Whether a signature or a file id was made by a provider of this dialect.</summary>
    public static bool IsOwn(AIContent content) =>
        Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.SignedBy) == AnthropicDialect.DialectName;

    /// <summary>The text of a string property; null for anything else. For provider answers, where a wrong type is no one's error to fix.</summary>
    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
