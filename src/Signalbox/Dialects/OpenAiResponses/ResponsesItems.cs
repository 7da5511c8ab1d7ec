using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>What requests and answers of the Responses API have in common: their items.</summary>
internal static class ResponsesItems
{
    /// <summary>On contents: whether an assistant's text is commentary or the final answer (string); models want it back.</summary>
    public const string Phase = "phase";

    /// <summary>Stands after the prefix of every item id that the gateway itself made, so that it is known when it comes back.</summary>
    public const string MintedMark = "sb_";

    private const string WholeItem = "item";
    private const string FromContent = "reasoning_text";

    /// <summary>An item that only this protocol knows.</summary>
    public static OpaqueContent Opaque(string type, JsonElement item)
    {
        var opaque = new OpaqueContent(ResponsesDialect.DialectName, type, item);
        Vocabulary.Set(opaque, WholeItem, true);
        return opaque;
    }

    /// <summary>Whether a content is a whole item of this protocol (and not a part inside a message).</summary>
    public static bool IsOwnItem(OpaqueContent content) =>
        content.Dialect == ResponsesDialect.DialectName && Vocabulary.Get<bool>(content.AdditionalProperties, WholeItem);

    /// <summary>
    /// One content for one reasoning item: its readable parts are joined by blank lines. Open models give their thoughts in
    /// <c>content</c>, the others a <c>summary</c>.
    /// </summary>
    public static TextReasoningContent ReadReasoning(JsonElement item)
    {
        var summary = Texts(item, "summary");
        var content = Texts(item, "content");
        var text = summary is null || content is null ? summary ?? content : summary + "\n\n" + content;
        var reasoning = new TextReasoningContent(text ?? "");
        Vocabulary.Set(reasoning, Vocabulary.SignedBy, ResponsesDialect.DialectName);
        if (summary is null && content is not null)
        {
            Vocabulary.Set(reasoning, FromContent, true);
        }

        return reasoning;
    }

    /// <summary>Whether the text of a reasoning content came as <c>reasoning_text</c>.</summary>
    public static bool IsReasoningText(TextReasoningContent reasoning) => Vocabulary.Get<bool>(reasoning.AdditionalProperties, FromContent);

    /// <summary>Whether a provider of this protocol made the reasoning; no other reasoning may be sent to one.</summary>
    public static bool IsOwn(TextReasoningContent reasoning) =>
        Vocabulary.Get<string>(reasoning.AdditionalProperties, Vocabulary.SignedBy) == ResponsesDialect.DialectName;

    /// <summary>Whether the gateway made an item id; no provider knows it.</summary>
    public static bool IsMinted(string? id) => id is not null && id.AsSpan(id.IndexOf('_', StringComparison.Ordinal) + 1).StartsWith(MintedMark, StringComparison.Ordinal);

    public static string? IdOf(AIContent content) => Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.ItemId);

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Texts(JsonElement item, string list)
    {
        if (!item.TryGetProperty(list, out var parts) || parts.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        string? text = null;
        foreach (var part in parts.EnumerateArray())
        {
            if (Text(part, "text") is { Length: > 0 } piece)
            {
                text = text is null ? piece : text + "\n\n" + piece;
            }
        }

        return text;
    }
}
