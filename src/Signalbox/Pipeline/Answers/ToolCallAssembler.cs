using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// Puts the pieces of streamed tool calls together, for consumers of the vocabulary, which only knows whole calls. Whole calls
/// come with the finish reason, as Microsoft.Extensions.AI's own clients give them.
/// </summary>
internal sealed class ToolCallAssembler
{
    private readonly SortedDictionary<int, Call> _calls = [];

    /// <summary>The update without pieces of calls; with the whole calls where it carries the finish reason.</summary>
    public ChatResponseUpdate Take(ChatResponseUpdate update)
    {
        for (var i = update.Contents.Count - 1; i >= 0; i--)
        {
            if (update.Contents[i] is ToolCallDelta delta)
            {
                Take(delta);
                update.Contents.RemoveAt(i);
            }
        }

        if (update.FinishReason is not null)
        {
            AddCalls(update);
        }

        return update;
    }

    /// <summary>Calls that no finish reason came after; null where there are none.</summary>
    public ChatResponseUpdate? Finish()
    {
        if (_calls.Count == 0)
        {
            return null;
        }

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = ChatFinishReason.ToolCalls };
        AddCalls(update);
        return update;
    }

    private void Take(ToolCallDelta delta)
    {
        if (!_calls.TryGetValue(delta.Index, out var call))
        {
            _calls[delta.Index] = call = new Call(delta);
        }

        call.Arguments.Append(delta.Arguments);
    }

    private void AddCalls(ChatResponseUpdate update)
    {
        foreach (var call in _calls.Values)
        {
            var content = Contents.ToolCall(call.First.CallId ?? "", call.First.Name ?? "", call.Arguments.ToString());
            foreach (var (key, value) in call.First.AdditionalProperties ?? [])
            {
                content.AdditionalProperties![key] = value;
            }

            update.Contents.Add(content);
        }

        _calls.Clear();
    }

    private sealed record Call(ToolCallDelta First)
    {
        public StringBuilder Arguments { get; } = new();
    }
}
