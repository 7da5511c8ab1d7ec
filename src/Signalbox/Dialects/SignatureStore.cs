using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>
/// Keeps what a provider signed (Anthropic's thinking, Gemini's thought signatures, encrypted Responses reasoning) for callers
/// whose dialect has no place for it. Found again by the id of the tool call that followed, because that is what every
/// dialect brings back. In memory, bounded, for one hour.
/// </summary>
internal sealed class SignatureStore(TimeProvider time)
{
    private const int MaxEntries = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Dictionary<string, LinkedListNode<Entry>> _byCall = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = new();
    private readonly Lock _lock = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byCall.Count;
            }
        }
    }

    /// <summary>Keeps the reasoning that stood before a call, and the signature beside it.</summary>
    public void Keep(string callId, IReadOnlyList<TextReasoningContent> reasoning, string? signature, string? signedBy)
    {
        lock (_lock)
        {
            Forget(callId);
            var now = time.GetUtcNow();
            _byCall[callId] = _byAge.AddLast(new Entry(callId, now + Lifetime, reasoning, signature, signedBy));
            while (_byAge.First is { } oldest && (_byAge.Count > MaxEntries || oldest.Value.Expires <= now))
            {
                Forget(oldest.Value.CallId);
            }
        }
    }

    /// <summary>
    /// Puts back what the caller's dialect could not carry: reasoning before the first call of an assistant message, signatures
    /// beside the calls. Only what <paramref name="dialect"/> itself signed; a message that still has its own is left alone.
    /// </summary>
    public void Restore(List<ChatMessage> messages, string dialect)
    {
        lock (_lock)
        {
            if (_byCall.Count == 0)
            {
                return;
            }

            foreach (var message in messages)
            {
                if (message.Role == ChatRole.Assistant)
                {
                    Restore(message, dialect);
                }
            }
        }
    }

    private void Restore(ChatMessage message, string dialect)
    {
        for (var i = 0; i < message.Contents.Count; i++)
        {
            if (message.Contents[i] is not FunctionCallContent call || Find(call.CallId) is not { } entry || entry.SignedBy != dialect)
            {
                continue;
            }

            if (entry.Signature is { } signature && Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.ThoughtSignature) is null)
            {
                Vocabulary.Set(call, Vocabulary.ThoughtSignature, signature);
                Vocabulary.Set(call, Vocabulary.SignedBy, dialect);
            }

            if (entry.Reasoning.Count > 0 && !HasSigned(message))
            {
                RemoveReasoning(message);
                for (var j = entry.Reasoning.Count - 1; j >= 0; j--)
                {
                    message.Contents.Insert(0, entry.Reasoning[j]);
                }

                i = message.Contents.IndexOf(call);
            }
        }
    }

    private static bool HasSigned(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is TextReasoningContent { ProtectedData: not null })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same thoughts may have come back as unsigned text.</summary>
    private static void RemoveReasoning(ChatMessage message)
    {
        for (var i = message.Contents.Count - 1; i >= 0; i--)
        {
            if (message.Contents[i] is TextReasoningContent)
            {
                message.Contents.RemoveAt(i);
            }
        }
    }

    private Entry? Find(string callId)
    {
        if (!_byCall.TryGetValue(callId, out var node))
        {
            return null;
        }

        if (node.Value.Expires > time.GetUtcNow())
        {
            return node.Value;
        }

        Forget(callId);
        return null;
    }

    private void Forget(string callId)
    {
        if (_byCall.Remove(callId, out var node))
        {
            _byAge.Remove(node);
        }
    }

    private sealed record Entry(
        string CallId, DateTimeOffset Expires, IReadOnlyList<TextReasoningContent> Reasoning, string? Signature, string? SignedBy);
}

/// <summary>Gathers what one translated answer has that is signed, and hands it to the store.</summary>
internal sealed class SignatureCollector(SignatureStore store)
{
    private readonly List<TextReasoningContent> _reasoning = [];
    private string _text = "";

    public void Take(IList<AIContent> contents)
    {
        for (var i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextReasoningContent reasoning:
                    Take(reasoning);
                    break;
                case ToolCallDelta { CallId: { } id } delta:
                    Keep(id, delta);
                    break;
                case FunctionCallContent call:
                    Keep(call.CallId, call);
                    break;
            }
        }
    }

    private void Take(TextReasoningContent reasoning)
    {
        _text += reasoning.Text;
        if (reasoning.ProtectedData is null)
        {
            return;
        }

        _reasoning.Add(new TextReasoningContent(_text)
        {
            ProtectedData = reasoning.ProtectedData,
            AdditionalProperties = reasoning.AdditionalProperties,
        });
        _text = "";
    }

    private void Keep(string callId, AIContent call)
    {
        var signature = Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.ThoughtSignature);
        var signedBy = Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.SignedBy)
            ?? (_reasoning.Count > 0 ? Vocabulary.Get<string>(_reasoning[0].AdditionalProperties, Vocabulary.SignedBy) : null);
        if (signature is not null || _reasoning.Count > 0)
        {
            store.Keep(callId, [.. _reasoning], signature, signedBy);
        }
    }
}
