using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>
/// Follows the tool calls of one stream. Servers differ: ids and names may be repeated on every fragment, be missing, or an
/// index be used again for the next call.
/// </summary>
internal sealed class OpenAiChatCallTracker
{
    private readonly List<Call> _calls = [];

    public bool Any => _calls.Count > 0;

    public void Read(JsonElement fragments, IList<AIContent> contents)
    {
        if (fragments.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var fragment in fragments.EnumerateArray())
        {
            if (fragment.ValueKind == JsonValueKind.Object)
            {
                ReadFragment(fragment, contents);
            }
        }
    }

    public void ReadLegacy(JsonElement function, IList<AIContent> contents)
    {
        // An object without a name begins nothing: some servers send the empty field when nothing is called.
        if (function.ValueKind == JsonValueKind.Object && (_calls.Count > 0 || OpenAiChatResponseReader.Text(function, "name") is { Length: > 0 }))
        {
            Add(index: 0, id: null, function, fragment: function, contents);
        }
    }

    private void ReadFragment(JsonElement fragment, IList<AIContent> contents)
    {
        var index = fragment.TryGetProperty("index", out var given) && given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number) ? number : (int?)null;
        var id = OpenAiChatResponseReader.Text(fragment, "id");
        var function = fragment.TryGetProperty("function", out var f) ? f : default;
        Add(index, string.IsNullOrEmpty(id) ? null : id, function, fragment, contents);
    }

    private void Add(int? index, string? id, JsonElement function, JsonElement fragment, IList<AIContent> contents)
    {
        var name = OpenAiChatResponseReader.Text(function, "name");
        var arguments = function.ValueKind == JsonValueKind.Object ? OpenAiChatResponseReader.ArgumentsOf(function) : "";
        var position = Find(index, id, name);
        if (position >= 0)
        {
            if (arguments.Length > 0)
            {
                contents.Add(new ToolCallDelta(position) { Arguments = arguments });
            }

            return;
        }

        var call = new Call(index ?? _calls.Count, id);
        _calls.Add(call);
        var delta = new ToolCallDelta(_calls.Count - 1) { CallId = id ?? ToolCallIds.New(), Name = name ?? "", Arguments = arguments };
        OpenAiChatResponseReader.ReadSignature(fragment, delta);
        contents.Add(delta);
    }

    /// <summary>Position of the call that a fragment continues, or -1 for a new one.</summary>
    private int Find(int? index, string? id, string? name)
    {
        for (var i = _calls.Count - 1; i >= 0; i--)
        {
            var call = _calls[i];
            if (index is null)
            {
                // Without an index, a fragment with another id (or with a name and no id) starts a call.
                return id is not null ? (call.Id == id ? i : -1) : string.IsNullOrEmpty(name) ? i : -1;
            }

            if (call.Index == index)
            {
                var isNext = id is not null && call.Id is not null && id != call.Id && !string.IsNullOrEmpty(name);
                return isNext ? -1 : i;
            }
        }

        return -1;
    }

    private readonly record struct Call(int Index, string? Id);
}
