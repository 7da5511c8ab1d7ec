using System.Text.Json;

namespace Signalbox.Dialects.Ollama;

/// <summary>Liberal access to the fields of what a provider answers: what is missing or of another type counts as absent.</summary>
internal static class OllamaFields
{
    public static JsonElement Get(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(JsonElement parent, string name) =>
        Get(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Count(JsonElement parent, string name) =>
        Get(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var count) ? count : null;

    /// <summary>A moment; null for Go's zero time, which answers carry that made nothing.</summary>
    public static DateTimeOffset? Moment(JsonElement parent, string name) =>
        Get(parent, name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var moment) && moment.Year > 1970 ? moment : null;
}
