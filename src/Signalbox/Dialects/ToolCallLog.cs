using System.Security.Cryptography;
using System.Text;

namespace Signalbox.Dialects;

/// <summary>
/// Pairs the calls and results of a conversation. Older models and many clients give no ids: then a result belongs to the first
/// unanswered call of its name. Ids that are missing are made from the call itself, so that the same conversation always gets
/// the same ones and providers' prompt caches still match.
/// </summary>
internal sealed class ToolCallLog
{
    private readonly List<Call> _calls = [];
    private int _orphans;

    /// <summary>Notes a call and gives it an id if it has none.</summary>
    public string Called(string? id, string name, string arguments)
    {
        var hasId = !string.IsNullOrEmpty(id);
        var known = hasId ? id! : IdFrom($"{_calls.Count}\n{name}\n{arguments}");
        _calls.Add(new Call(known, name, hasId));
        return known;
    }

    /// <summary>The name of the tool that a call of this id asked for; null where there was none.</summary>
    public string? NameOf(string id) => Find(call => call.Id == id)?.Name;

    /// <summary>The id of the call that a result answers. A result without a name belongs to the first unanswered call.</summary>
    public string Answered(string? id, string? name)
    {
        if (!string.IsNullOrEmpty(id) && Find(call => call.Id == id) is { } own)
        {
            own.IsAnswered = true;
            return own.Id;
        }

        if (Find(call => !call.IsAnswered && (string.IsNullOrEmpty(name) || call.Name == name) && (string.IsNullOrEmpty(id) || !call.HasId)) is { } named)
        {
            named.IsAnswered = true;
            return named.Id;
        }

        return string.IsNullOrEmpty(id) ? IdFrom($"orphan\n{_orphans++}\n{name}") : id;
    }

    private Call? Find(Predicate<Call> matches) => _calls.Find(matches);

    private static string IdFrom(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return "call_" + Convert.ToHexStringLower(hash[..12]);
    }

    private sealed class Call(string id, string name, bool hasId)
    {
        public string Id => id;

        public string Name => name;

        public bool HasId => hasId;

        public bool IsAnswered { get; set; }
    }
}
