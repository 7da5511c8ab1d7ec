using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>The output items of one answer, in their order; decides which content goes into which item.</summary>
internal sealed class ResponsesOutput(string requestId)
{
    public List<ResponsesOutputItem> Items { get; } = [];

    /// <summary>The item that new content of its kind goes into.</summary>
    public ResponsesOutputItem? Current => Items.Count == 0 ? null : Items[^1];

    /// <summary>Whether reasoning has anything to show a caller of this protocol: signatures of others mean nothing here.</summary>
    public static bool IsVisible(TextReasoningContent reasoning) => reasoning.Text.Length > 0 || EncryptedOf(reasoning) is not null;

    public static string? EncryptedOf(TextReasoningContent reasoning) => ResponsesItems.IsOwn(reasoning) ? reasoning.ProtectedData : null;

    /// <summary>A part for text: the message's last one if it fits, a new one of the same message, or a new message.</summary>
    public ResponsesOutputPart TextPart(AIContent content, bool isRefusal)
    {
        var message = Current is { Kind: ResponsesItemKind.Message } current && IsSame(current, content)
            ? current
            : Add(ResponsesItemKind.Message, content, "msg_");
        var part = new ResponsesOutputPart(isRefusal);
        message.Parts.Add(part);
        return part;
    }

    /// <summary>The reasoning item that goes on, or a new one. Encrypted content ends an item.</summary>
    public ResponsesOutputItem Reasoning(TextReasoningContent reasoning) =>
        Current is { Kind: ResponsesItemKind.Reasoning, IsOpen: true, Encrypted: null } current && IsSame(current, reasoning)
            ? current
            : Add(ResponsesItemKind.Reasoning, reasoning, "rs_");

    public ResponsesOutputItem Call(AIContent content, string callId, string name)
    {
        var item = new ResponsesOutputItem(ResponsesItemKind.Call, Items.Count, IdFor(content, "fc_")) { CallId = callId, Name = name };
        Items.Add(item);
        return item;
    }

    public ResponsesOutputItem Whole(OpaqueContent content)
    {
        var item = new ResponsesOutputItem(ResponsesItemKind.Whole, Items.Count, ResponsesItems.Text(content.Raw, "id") ?? "") { Whole = content.Raw };
        Items.Add(item);
        return item;
    }

    public ResponsesOutputItem Add(ResponsesItemKind kind, AIContent content, string prefix)
    {
        var item = new ResponsesOutputItem(kind, Items.Count, IdFor(content, prefix));
        Items.Add(item);
        return item;
    }

    public ResponsesOutputPart? FirstText()
    {
        foreach (var item in Items)
        {
            foreach (var part in item.Parts)
            {
                if (!part.IsRefusal)
                {
                    return part;
                }
            }
        }

        return null;
    }

    private static bool IsSame(ResponsesOutputItem item, AIContent content) => ResponsesItems.IdOf(content) is not { } id || id == item.Id;

    /// <summary>Ids of a provider of this protocol stay: encrypted reasoning is bound to the id of its item.</summary>
    private string IdFor(AIContent content, string prefix) => ResponsesItems.IdOf(content) ?? $"{prefix}{ResponsesItems.MintedMark}{requestId}_{Items.Count}";
}
