using Microsoft.Extensions.AI;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference;

/// <summary>
/// Keeps what a message says from becoming a control token: whoever writes <c>&lt;|im_end|&gt;</c> in a message means these characters, not the end of
/// the turn. Such texts are put between marks before the template writes the prompt, and what stands between marks is encoded as text.
/// </summary>
internal static class QuotedTokens
{
    // Not characters: no text that means something has them.
    private const char Begin = '\uFDD0';
    private const char End = '\uFDD1';

    /// <summary>The messages, those that spell control tokens with marks around them.</summary>
    public static IReadOnlyList<ChatMessage> Mark(IReadOnlyList<ChatMessage> messages, Tokenizer tokenizer)
    {
        ChatMessage[]? marked = null;
        for (var i = 0; i < messages.Count; i++)
        {
            var contents = messages[i].Contents.Select(content => content is TextContent { Text: var text } && Mark(text, tokenizer) is { } other ? new TextContent(other) : content).ToList();
            if (!contents.SequenceEqual(messages[i].Contents))
            {
                marked ??= [.. messages];
                marked[i] = new ChatMessage(messages[i].Role, contents) { AuthorName = messages[i].AuthorName };
            }
        }

        return marked ?? messages;
    }

    /// <summary>Appends the tokens of a prompt that was written from such messages.</summary>
    public static void Encode(ReadOnlySpan<char> prompt, Tokenizer tokenizer, List<int> tokens)
    {
        var parseSpecial = true;
        while (prompt.Length > 0)
        {
            var end = prompt.IndexOf(parseSpecial ? Begin : End);
            var part = end < 0 ? prompt : prompt[..end];
            if (!part.IsEmpty)
            {
                tokenizer.Encode(part, tokens, parseSpecial, addSpecial: false);
            }

            prompt = end < 0 ? default : prompt[(end + 1)..];
            parseSpecial = !parseSpecial;
        }
    }

    private static string? Mark(string text, Tokenizer tokenizer)
    {
        var tokens = new List<int>();
        tokenizer.Encode(text, tokens, parseSpecial: true, addSpecial: false);
        string? marked = null;
        foreach (var token in tokens.Distinct())
        {
            if (tokenizer.IsControl(token) && tokenizer.NameOf(token) is { Length: > 0 } name && text.Contains(name, StringComparison.Ordinal))
            {
                marked ??= text.Replace($"{Begin}", "", StringComparison.Ordinal).Replace($"{End}", "", StringComparison.Ordinal);
                marked = marked.Replace(name, $"{Begin}{name}{End}", StringComparison.Ordinal);
            }
        }

        return marked;
    }
}
