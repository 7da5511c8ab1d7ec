using Microsoft.Extensions.AI;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>What a prompt may hold beside its messages.</summary>
internal sealed record ChatPromptOptions
{
    public static ChatPromptOptions Default { get; } = new();

    /// <summary>Functions that the model may call.</summary>
    public IReadOnlyList<AIFunctionDeclaration> Tools { get; init; } = [];

    /// <summary>The template's <c>enable_thinking</c>; null leaves it to the template.</summary>
    public bool? Thinking { get; init; }
}
