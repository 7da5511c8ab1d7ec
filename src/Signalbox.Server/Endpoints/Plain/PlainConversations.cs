using Microsoft.Extensions.AI;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>
/// What was said in the conversations of <c>/api/v1/chat</c>, in memory: a bounded number of them, each of a bounded length, for a bounded time. A
/// caller's key is part of a conversation's name, so that nobody goes on with another caller's.
/// </summary>
internal sealed class PlainConversations(TimeProvider time)
{
    public const int MostConversations = 1000;
    public const int MostMessages = 20;
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Key, string Id), LinkedListNode<Conversation>> _byName = [];

    /// <summary>The one that was spoken in last is the last.</summary>
    private readonly LinkedList<Conversation> _bySpeaking = new();

    /// <summary>What was said so far, oldest first; empty where there is no such conversation.</summary>
    public IReadOnlyList<ChatMessage> Read(string? key, string id)
    {
        lock (_lock)
        {
            Forget();
            return _byName.TryGetValue((key, id), out var found) ? [.. found.Value.Messages] : [];
        }
    }

    /// <summary>Adds a question and its answer.</summary>
    public void Add(string? key, string id, string question, string answer)
    {
        lock (_lock)
        {
            Forget();
            if (_byName.Remove((key, id), out var node))
            {
                _bySpeaking.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Conversation>(new Conversation((key, id)));
            }

            var messages = node.Value.Messages;
            messages.Add(new ChatMessage(ChatRole.User, question));
            messages.Add(new ChatMessage(ChatRole.Assistant, answer));
            messages.RemoveRange(0, Math.Max(0, messages.Count - MostMessages));
            node.Value.SpokenAt = time.GetTimestamp();
            _byName[(key, id)] = node;
            _bySpeaking.AddLast(node);
            while (_byName.Count > MostConversations)
            {
                Drop(_bySpeaking.First!);
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Forget()
    {
        while (_bySpeaking.First is { } oldest && time.GetElapsedTime(oldest.Value.SpokenAt) >= KeptFor)
        {
            Drop(oldest);
        }
    }

    private void Drop(LinkedListNode<Conversation> node)
    {
        _bySpeaking.Remove(node);
        _byName.Remove(node.Value.Name);
    }

    private sealed class Conversation((string? Key, string Id) name)
    {
        public (string? Key, string Id) Name => name;

        public List<ChatMessage> Messages { get; } = [];

        public long SpokenAt { get; set; }
    }
}
