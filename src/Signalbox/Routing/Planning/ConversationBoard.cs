namespace Signalbox.Routing.Planning;

/// <summary>
/// Remembers who served a conversation last and how many tokens it had, for as long as a provider's prompt cache lasts. Of fixed
/// size: a conversation has four places it may be kept in, and the oldest of the four gives way. Whoever loses a race is
/// remembered a turn later; nothing is locked.
/// </summary>
internal sealed class ConversationBoard
{
    private const int Ways = 4;
    private readonly TimeProvider _time;
    private readonly Entry?[] _entries;

    /// <param name="time">The clock.</param>
    /// <param name="capacity">How many conversations are remembered at most; rounded up to a power of two.</param>
    public ConversationBoard(TimeProvider time, int capacity = 16_384)
    {
        _time = time;
        _entries = new Entry?[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(Ways, capacity))];
    }

    /// <summary>Who served the conversation within that time; null where nobody did or it is forgotten.</summary>
    public ServedConversation? Find(ulong conversation, TimeSpan ttl)
    {
        var now = _time.GetTimestamp();
        foreach (ref var place in Places(conversation))
        {
            if (Volatile.Read(ref place) is { } entry && entry.Conversation == conversation)
            {
                return _time.GetElapsedTime(entry.At, now) <= ttl ? entry.Served : null;
            }
        }

        return null;
    }

    /// <summary>Notes that a model has just served a conversation, so that its prompt is in the provider's cache.</summary>
    /// <param name="conversation">The profile's number of the conversation.</param>
    /// <param name="servedBy">Full name of the deployment.</param>
    /// <param name="tokens">Tokens of prompt and answer, which are the beginning of the next prompt.</param>
    public void Remember(ulong conversation, string servedBy, int tokens)
    {
        var entry = new Entry(conversation, new ServedConversation(servedBy, tokens), _time.GetTimestamp());
        var places = Places(conversation);
        var oldest = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var kept = Volatile.Read(ref places[i]);
            if (kept is null || kept.Conversation == conversation)
            {
                oldest = i;
                break;
            }

            if (Volatile.Read(ref places[oldest]) is { } other && kept.At < other.At)
            {
                oldest = i;
            }
        }

        Volatile.Write(ref places[oldest], entry);
    }

    private Span<Entry?> Places(ulong conversation)
    {
        var set = (int)(StableHash.Mix(conversation) & (ulong)((_entries.Length / Ways) - 1));
        return _entries.AsSpan(set * Ways, Ways);
    }

    private sealed record Entry(ulong Conversation, ServedConversation Served, long At);
}

/// <summary>Who served a conversation last.</summary>
/// <param name="By">Full name of the deployment.</param>
/// <param name="Tokens">Tokens that its provider has in its prompt cache, at most.</param>
internal sealed record ServedConversation(string By, int Tokens)
{
    /// <summary>Notes the cached tokens at the candidate that has them.</summary>
    public void Mark(Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            if (candidate.Deployment.FullName == By)
            {
                candidate.CachedTokens = Tokens;
            }
        }
    }
}
