using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>Where a conversation stands.</summary>
internal sealed record ConversationFacts
{
    public int Messages { get; init; }

    /// <summary>Questions of the user; results of tools are none.</summary>
    public int Turns { get; init; }

    public bool HasToolResults { get; init; }

    /// <summary>Whether a tool is offered that may change something when it is called, or that the provider runs itself.</summary>
    public bool HasToolsThatAct { get; init; }

    public static ConversationFacts Of(DialectRequest request)
    {
        var turns = 0;
        var hasResults = false;
        foreach (var message in request.Messages)
        {
            var isResult = HoldsResult(message);
            hasResults |= isResult;
            turns += message.Role == ChatRole.User && !isResult ? 1 : 0;
        }

        return new ConversationFacts
        {
            Messages = request.Messages.Count,
            Turns = turns,
            HasToolResults = hasResults,
            HasToolsThatAct = request.Options.ToolMode is not NoneChatToolMode && ActingTools.Any(request.Options.Tools),
        };
    }

    private static bool HoldsResult(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is FunctionResultContent)
            {
                return true;
            }
        }

        return false;
    }
}
