using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;

namespace Signalbox.Pipeline.Attempts;

/// <summary>The caller's request with the answer so far as the beginning of the assistant's turn.</summary>
internal static class ContinuedRequest
{
    /// <summary>
    /// The part of the answer that a model is given. White space at the end stays out: some providers refuse it, and models go on
    /// better without it.
    /// </summary>
    public static string PrefillOf(string shown) => shown.TrimEnd();

    /// <summary>Null where nothing is left to write, or nothing to go on from.</summary>
    /// <param name="request">The caller's.</param>
    /// <param name="prefill">The answer so far, from <see cref="PrefillOf"/>.</param>
    /// <param name="outputTokens">What the answer so far has used of the caller's limit.</param>
    /// <param name="model">What will continue.</param>
    public static DialectRequest? Create(DialectRequest request, string prefill, long outputTokens, CatalogModel model)
    {
        if (prefill.Length == 0 || request.Options.MaxOutputTokens <= outputTokens)
        {
            return null;
        }

        var options = request.Options.Clone();
        if (options.MaxOutputTokens is { } limit)
        {
            options.MaxOutputTokens = (int)(limit - outputTokens);
        }

        // A model cannot go on writing and think first.
        options.Reasoning = null;
        options.AdditionalProperties?.Remove(Vocabulary.Effort);
        options.AdditionalProperties?.Remove(Vocabulary.ThinkingBudget);
        if (model.Capabilities is { ReasonsByDefault: true, ReasoningOff: true })
        {
            Vocabulary.Set(options, Vocabulary.ThinkingBudget, 0);
        }

        return request with { Messages = WithPrefill(request.Messages, prefill), Options = options, Body = default };
    }

    /// <summary>A request that already ends in the assistant's turn had its answer begun by the caller; one turn stays one.</summary>
    private static List<ChatMessage> WithPrefill(List<ChatMessage> messages, string prefill)
    {
        var all = new List<ChatMessage>(messages);
        if (all is not [.., var last] || last.Role != ChatRole.Assistant)
        {
            all.Add(new ChatMessage(ChatRole.Assistant, prefill));
            return all;
        }

        var contents = new List<AIContent>(last.Contents);
        if (contents is [.., TextContent begun])
        {
            contents[^1] = new TextContent(begun.Text + prefill);
        }
        else
        {
            contents.Add(new TextContent(prefill));
        }

        all[^1] = new ChatMessage(ChatRole.Assistant, contents);
        return all;
    }
}
