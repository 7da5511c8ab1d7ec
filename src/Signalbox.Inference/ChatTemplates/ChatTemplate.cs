using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>Messages to the prompt text of a model.</summary>
/// <remarks>
/// The file's own template is run as Jinja whenever our interpreter can read it and it renders a plain question, because it is the only exact
/// description of the model's prompt: default system messages, tools, the places of line breaks. The common families (<see cref="ChatFamilies"/>)
/// are for the rest: a template that cannot be read but has a family's marks, a template that is only a family's name, and a file
/// without a template, whose vocabulary shows the family. <see cref="Name"/> is the family's in all of these cases.
/// </remarks>
internal abstract class ChatTemplate
{
    /// <summary>From the file's <c>tokenizer.chat_template</c>; without one, from the family that the vocabulary has the tokens of, otherwise ChatML.</summary>
    /// <param name="metadata">The file's.</param>
    /// <param name="tokenizer">Names the begin and end of text, and says whether it adds the begin by itself.</param>
    /// <param name="template">The template.</param>
    /// <param name="fault">Why the file's template can neither be read nor told from its marks.</param>
    /// <param name="time">For templates that write the date; the system's where it is not given.</param>
    public static bool TryCreate(
        GgufMetadata metadata, Tokenizer tokenizer, [NotNullWhen(true)] out ChatTemplate? template, [NotNullWhen(false)] out EngineFault? fault, TimeProvider? time = null) =>
        TryCreate(metadata.TryGetString("tokenizer.chat_template", out var source) ? source : null, tokenizer, out template, out fault, time);

    /// <param name="source">Jinja, a family's name, or null where the file has none.</param>
    /// <param name="tokenizer">As above.</param>
    /// <param name="template">As above.</param>
    /// <param name="fault">As above.</param>
    /// <param name="time">As above.</param>
    public static bool TryCreate(
        string? source, Tokenizer tokenizer, [NotNullWhen(true)] out ChatTemplate? template, [NotNullWhen(false)] out EngineFault? fault, TimeProvider? time = null)
    {
        fault = null;
        template = null;
        if (string.IsNullOrWhiteSpace(source))
        {
            template = new FamilyChatTemplate(ChatFamilies.OfVocabulary(tokenizer), tokenizer);
            return true;
        }

        if (ChatFamilies.Named(source) is { } named)
        {
            template = new FamilyChatTemplate(named, tokenizer);
            return true;
        }

        var family = ChatFamilies.OfTemplate(source);
        if (JinjaTemplate.TryParse(source, out var jinja, out fault)
            && JinjaChatTemplate.TryCreate(family?.Name ?? "jinja", jinja, tokenizer, time ?? TimeProvider.System, out template, out fault))
        {
            return true;
        }

        if (family is not null)
        {
            template = new FamilyChatTemplate(family, tokenizer);
            fault = null;
        }

        return template is not null;
    }

    /// <summary>The family's name (<c>llama-3</c>, <c>chatml</c>, ...), or <c>jinja</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The prompt, special tokens as text, up to where the assistant's answer begins. Without the begin of text where the tokenizer adds it: encode it
    /// with special tokens parsed and added.
    /// </summary>
    public bool TryRender(IReadOnlyList<ChatMessage> messages, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out EngineFault? fault) =>
        TryRender(messages, ChatPromptOptions.Default, out prompt, out fault);

    /// <summary>The prompt with tools.</summary>
    /// <param name="messages">At least one.</param>
    /// <param name="options">Tools and thinking.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="fault">What the template refuses or does not have.</param>
    public abstract bool TryRender(
        IReadOnlyList<ChatMessage> messages, ChatPromptOptions options, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out EngineFault? fault);
}
