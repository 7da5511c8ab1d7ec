using Microsoft.Extensions.AI;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>A message of somebody who talks with the active version.</summary>
/// <param name="Message">What is said.</param>
/// <param name="ConversationId">Under which name the conversation goes on; null for a message of its own.</param>
internal sealed record PlainChat(string Message, string? ConversationId);

/// <summary>Messages that the active version is to go on from.</summary>
internal sealed record PlainCompletion(List<ChatMessage> Messages)
{
    /// <summary>Null where the caller said nothing.</summary>
    public float? Temperature { get; init; }

    public int MaxTokens { get; init; } = PlainReader.DefaultMaxTokens;

    public bool Stream { get; init; }
}
