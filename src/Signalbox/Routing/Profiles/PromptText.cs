using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>The parts of a request that say what it is about. References into the request; nothing is copied.</summary>
/// <param name="Question">The last text of the user.</param>
/// <param name="FirstQuestion">The first text of the user; the same object where there is one only.</param>
/// <param name="System">The system prompt, or its first part.</param>
internal readonly record struct PromptText(string Question, string FirstQuestion, string System)
{
    /// <summary>A shorter question ("and now in French", "go on") says too little without what went before it.</summary>
    public const int ShortQuestion = 40;

    public static PromptText Of(DialectRequest request)
    {
        var system = request.Options.Instructions;
        string? first = null, last = null;
        foreach (var message in request.Messages)
        {
            if (message.Role == ChatRole.User)
            {
                foreach (var content in message.Contents)
                {
                    // A message of several texts usually quotes material first or last; the longest is not always the question,
                    // but question and material together are never worse than the first of them.
                    if (content is TextContent { Text.Length: > 0 } text)
                    {
                        first ??= text.Text;
                        last = text.Text;
                    }
                }
            }
            else if (system is null && (message.Role == ChatRole.System || message.Role == Vocabulary.Developer))
            {
                system = message.Contents is [TextContent text, ..] ? text.Text : null;
            }
        }

        return new PromptText(last ?? "", first ?? "", system ?? "");
    }
}
