using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>
/// Other names for the tools of one request whose own names the target refuses. The provider is told the other names; the answer's
/// calls get the caller's names back. The same request always gets the same names, so that prompt caches still match.
/// </summary>
internal sealed class ToolNameMap
{
    private const int HashLength = 8;

    private readonly Dictionary<string, string> _sent;
    private readonly Dictionary<string, string> _given;

    private ToolNameMap(Dictionary<string, string> sent, Dictionary<string, string> given)
    {
        _sent = sent;
        _given = given;
    }

    /// <summary>Null, and nothing allocated, when the target takes all names as they are.</summary>
    public static ToolNameMap? Create(DialectRequest request, string target)
    {
        if (ToolNameRule.Of(target) is not { } rule || AllAreFine(request, rule))
        {
            return null;
        }

        var names = NamesOf(request);
        var taken = new HashSet<string>(names.Where(rule.Accepts), StringComparer.Ordinal);
        var map = new ToolNameMap(new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        foreach (var name in names)
        {
            if (!rule.Accepts(name) && !map._sent.ContainsKey(name))
            {
                var other = Other(name, rule, taken);
                map._sent.Add(name, other);
                map._given.Add(other, name);
            }
        }

        return map;
    }

    /// <summary>The name that the provider is told.</summary>
    public string SentName(string given) => _sent.GetValueOrDefault(given, given);

    /// <summary>The caller's own name.</summary>
    public string GivenName(string sent) => _given.GetValueOrDefault(sent, sent);

    /// <summary>The map back.</summary>
    public ToolNameMap Inverse() => new(_given, _sent);

    /// <summary>The request with the other names. The caller's is left as it is: another target may take its names.</summary>
    public DialectRequest Apply(DialectRequest request) => new()
    {
        Model = request.Model,
        Stream = request.Stream,
        WantsUsage = request.WantsUsage,
        Messages = request.Messages.ConvertAll(Apply),
        Options = Apply(request.Options),
        Body = request.Body,
    };

    /// <summary>Gives the calls of an answer the caller's names back.</summary>
    public void Restore(IList<AIContent> contents)
    {
        for (var i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case ToolCallDelta { Name: { } sent } delta when _given.TryGetValue(sent, out var given):
                    contents[i] = new ToolCallDelta(delta.Index)
                    {
                        CallId = delta.CallId,
                        Name = given,
                        Arguments = delta.Arguments,
                        AdditionalProperties = delta.AdditionalProperties,
                    };
                    break;
                case FunctionCallContent call when _given.TryGetValue(call.Name, out var given):
                    contents[i] = Renamed(call, given);
                    break;
            }
        }
    }

    private ChatMessage Apply(ChatMessage message)
    {
        var contents = message.Contents;
        List<AIContent>? renamed = null;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionCallContent call && _sent.TryGetValue(call.Name, out var sent))
            {
                (renamed ??= [.. contents])[i] = Renamed(call, sent);
            }
        }

        if (renamed is null)
        {
            return message;
        }

        var copy = message.Clone();
        copy.Contents = renamed;
        return copy;
    }

    private ChatOptions Apply(ChatOptions options)
    {
        var copy = options.Clone();
        for (var i = 0; i < (copy.Tools?.Count ?? 0); i++)
        {
            if (copy.Tools![i] is AIFunctionDeclaration function && _sent.TryGetValue(function.Name, out var sent))
            {
                copy.Tools[i] = Renamed(function, sent);
            }
        }

        if (copy.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } required })
        {
            copy.ToolMode = ChatToolMode.RequireSpecific(SentName(required));
        }

        if (Vocabulary.Get<string[]>(copy.AdditionalProperties, Vocabulary.AllowedTools) is { } allowed)
        {
            copy.AdditionalProperties![Vocabulary.AllowedTools] = Array.ConvertAll(allowed, SentName);
        }

        return copy;
    }

    private static ToolDeclaration Renamed(AIFunctionDeclaration function, string name)
    {
        var copy = new ToolDeclaration(name, function.Description, function.JsonSchema);
        foreach (var (key, value) in function.AdditionalProperties)
        {
            copy.With(key, value);
        }

        return copy;
    }

    private static FunctionCallContent Renamed(FunctionCallContent call, string name) => new(call.CallId, name, call.Arguments)
    {
        AdditionalProperties = call.AdditionalProperties,
        Annotations = call.Annotations,
        RawRepresentation = call.RawRepresentation,
    };

    private static bool AllAreFine(DialectRequest request, ToolNameRule rule)
    {
        var tools = request.Options.Tools;
        for (var i = 0; i < (tools?.Count ?? 0); i++)
        {
            if (tools![i] is AIFunctionDeclaration function && !rule.Accepts(function.Name))
            {
                return false;
            }
        }

        for (var i = 0; i < request.Messages.Count; i++)
        {
            var contents = request.Messages[i].Contents;
            for (var j = 0; j < contents.Count; j++)
            {
                if (contents[j] is FunctionCallContent call && !rule.Accepts(call.Name))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The tools' names first: they stay the same from turn to turn while the conversation grows.</summary>
    private static List<string> NamesOf(DialectRequest request)
    {
        var names = new List<string>();
        foreach (var tool in request.Options.Tools ?? [])
        {
            if (tool is AIFunctionDeclaration)
            {
                names.Add(tool.Name);
            }
        }

        foreach (var message in request.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is FunctionCallContent call)
                {
                    names.Add(call.Name);
                }
            }
        }

        return names;
    }

    private static string Other(string name, ToolNameRule rule, HashSet<string> taken)
    {
        var clean = rule.Clean(name);
        if (clean.Length <= rule.MaxLength && taken.Add(clean))
        {
            return clean;
        }

        // Cut, or the clean form of another name too: a hash of the whole name tells them apart.
        clean = clean[..Math.Min(clean.Length, rule.MaxLength - HashLength - 1)];
        for (var attempt = 0; ; attempt++)
        {
            var other = $"{clean}_{Hash(attempt == 0 ? name : $"{name}\n{attempt}")}";
            if (taken.Add(other))
            {
                return other;
            }
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashLength / 2));
}
