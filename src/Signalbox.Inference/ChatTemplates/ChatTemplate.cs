using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>Messages to the prompt text of a model.</summary>
internal abstract class ChatTemplate
{
    /// <summary>From the file's <c>tokenizer.chat_template</c> (a known family by its marks, otherwise as Jinja); ChatML-like plain roles without one.</summary>
    public static bool TryCreate(GgufMetadata metadata, Tokenizer tokenizer, [NotNullWhen(true)] out ChatTemplate? template, [NotNullWhen(false)] out EngineFault? fault) =>
        throw new NotImplementedException();

    /// <summary>The family's name (<c>llama-3</c>, <c>chatml</c>, ...), or <c>jinja</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The prompt, special tokens as text, up to where the assistant's answer begins.</summary>
    public abstract bool TryRender(IReadOnlyList<ChatMessage> messages, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out EngineFault? fault);
}
