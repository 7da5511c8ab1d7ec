using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>The prompt of a known family. It never begins with the begin of text, which is the tokenizer's to add.</summary>
internal sealed class FamilyChatTemplate(ChatFamily family, Tokenizer tokenizer) : ChatTemplate
{
    private readonly string _eos = (tokenizer.EndOfText is { } eos ? tokenizer.NameOf(eos) : null) ?? "</s>";
    private readonly string _bos = (tokenizer.BeginOfText is { } bos ? tokenizer.NameOf(bos) : null) ?? "<s>";

    public override string Name => family.Name;

    public override bool TryRender(
        IReadOnlyList<ChatMessage> messages, ChatPromptOptions options, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out EngineFault? fault)
    {
        prompt = null;
        var read = PromptMessage.Read(messages, out fault);
        if (read is null)
        {
            return fault is null;
        }

        if (options.Tools.Count > 0 || read.Any(message => message.ToolCalls.Count > 0))
        {
            fault = new EngineFault(
                EngineFaultKind.Unsupported, $"The model's prompt ({family.Name}) has no place for tools. Leave the tools out, or use a file whose chat template has them.");
            return false;
        }

        // Before system messages become part of others, so that they lose their whitespace too.
        read = read.ConvertAll(message => message with { Content = Trimmed(message) });
        read = family.FoldedSystem is { } folded ? PromptMessage.FoldSystem(read, folded.Before, folded.After) : read;
        var text = new StringBuilder(family.Start);
        for (var i = 0; i < read.Count; i++)
        {
            Append(text, read[i], isFirst: i == 0);
        }

        prompt = text.Append(Filled(family.Generation, "assistant")).ToString();
        return true;
    }

    private void Append(StringBuilder text, PromptMessage message, bool isFirst)
    {
        var form = message.Role switch
        {
            "system" => family.System,
            "assistant" => family.Assistant,
            // A role that the family does not name goes where its user's goes, under its own name where the form has a place for it.
            _ => family.User,
        };
        var before = message.Role == "user" && !isFirst && family.LaterUser is { } later ? later : form.Before;
        text.Append(Filled(before, message.Role)).Append(message.Content).Append(Filled(form.After, message.Role));
    }

    private string Trimmed(PromptMessage message)
    {
        var content = message.Content ?? "";
        var trims = family.Trims switch
        {
            FamilyTrim.All => true,
            FamilyTrim.Assistant => message.Role == "assistant",
            FamilyTrim.AllButAssistant => message.Role != "assistant",
            _ => false,
        };
        return trims ? PythonText.Trim(content) : content;
    }

    private string Filled(string form, string role) =>
        form.Replace("{role}", family.RoleNames.TryGetValue(role, out var name) ? name : role, StringComparison.Ordinal)
            .Replace("{eos}", _eos, StringComparison.Ordinal).Replace("{bos}", _bos, StringComparison.Ordinal);
}
