using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>A file's own template.</summary>
internal sealed class JinjaChatTemplate : ChatTemplate
{
    /// <summary>A comment by which a template says that it means to drop system messages; elsewhere they go before the user's when it writes none.</summary>
    public const string LeavesSystemOut = "{#- system messages are left out -#}";

    private const string Probe = "p6r0be";
    private const string SystemProbe = "sy5tem";

    private readonly JinjaTemplate _template;
    private readonly TimeProvider _time;
    private readonly string _bos;
    private readonly string _eos;
    private readonly bool _tokenizerAddsBos;
    private readonly TemplateTraits _traits;

    private JinjaChatTemplate(string name, JinjaTemplate template, Tokenizer tokenizer, TimeProvider time, out EngineFault? fault)
    {
        Name = name;
        _template = template;
        _time = time;
        _bos = (tokenizer.BeginOfText is { } bos ? tokenizer.NameOf(bos) : null) ?? "";
        _eos = (tokenizer.EndOfText is { } eos ? tokenizer.NameOf(eos) : null) ?? "";
        _tokenizerAddsBos = tokenizer.AddsBeginOfText && _bos.Length > 0;
        _traits = FindTraits(out fault);
    }

    public override string Name { get; }

    /// <summary>Fails where the template cannot even write one question.</summary>
    public static bool TryCreate(
        string name, JinjaTemplate jinja, Tokenizer tokenizer, TimeProvider time, [NotNullWhen(true)] out ChatTemplate? template, [NotNullWhen(false)] out EngineFault? fault)
    {
        var created = new JinjaChatTemplate(name, jinja, tokenizer, time, out fault);
        template = fault is null ? created : null;
        return template is not null;
    }

    public override bool TryRender(
        IReadOnlyList<ChatMessage> messages, ChatPromptOptions options, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out EngineFault? fault)
    {
        prompt = null;
        var read = PromptMessage.Read(messages, out fault);
        if (read is null)
        {
            return fault is null;
        }

        if (!_traits.HasSystemRole)
        {
            read = PromptMessage.FoldSystem(read, "", "\n\n");
        }

        return TryRender(read, options, _traits, out prompt, out fault);
    }

    private bool TryRender(
        List<PromptMessage> messages, ChatPromptOptions options, TemplateTraits traits, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out EngineFault? fault)
    {
        var tools = options.Tools.Select(PromptValues.Tool).ToList();
        var variables = new Dictionary<string, object?>
        {
            ["messages"] = new JinjaList([.. messages.Select(message => PromptValues.Message(message, traits))]),
            ["tools"] = tools.Count == 0 ? null : new JinjaList(tools),
            ["documents"] = null,
            ["add_generation_prompt"] = true,
            ["bos_token"] = _bos,
            ["eos_token"] = _eos,
        };
        if (options.Thinking is { } thinking)
        {
            variables["enable_thinking"] = thinking;
        }

        var characters = messages.Sum(message => (message.Content?.Length ?? 0L) + (message.Reasoning?.Length ?? 0) + (message.ToolCalls.Count * 1000L))
            + options.Tools.Sum(tool => 200L + tool.JsonSchema.GetRawText().Length);
        if (!_template.TryRender(variables, JinjaBudget.For(_template.Length, characters, messages.Count), _time, out prompt, out fault))
        {
            return false;
        }

        if (_tokenizerAddsBos && prompt.StartsWith(_bos, StringComparison.Ordinal))
        {
            // The tokenizer would add it a second time.
            prompt = prompt[_bos.Length..];
        }

        return true;
    }

    private TemplateTraits FindTraits(out EngineFault? fault)
    {
        var question = new List<PromptMessage> { new("user", Probe) };
        var traits = new TemplateTraits(HasSystemRole: true, WantsParts: false, WantsText: false);
        var plain = Try(question, traits, out fault);
        if (plain?.Contains(Probe, StringComparison.Ordinal) != true)
        {
            var parts = traits with { WantsParts = true };
            if (Try(question, parts, out var partsFault) is { } written && written.Contains(Probe, StringComparison.Ordinal))
            {
                (traits, fault) = (parts, partsFault);
            }
            else
            {
                fault ??= new EngineFault(EngineFaultKind.Unsupported, "The model's chat template does not write the user's message. Use a file with another chat template.");
            }
        }

        var system = Try([new("system", SystemProbe), .. question], traits, out _);
        var call = new PromptMessage("assistant", null) { ToolCalls = [new FunctionCallContent("call00001", "probe", new Dictionary<string, object?> { ["argument"] = 1L })] };
        var takesNone = Try([.. question, call], traits, out _) is not null;
        return traits with
        {
            HasSystemRole = _template.LeavesSystemOut || system?.Contains(SystemProbe, StringComparison.Ordinal) == true,
            WantsText = !takesNone && Try([.. question, call], traits with { WantsText = true }, out _) is not null,
        };
    }

    private string? Try(List<PromptMessage> messages, TemplateTraits traits, out EngineFault? fault)
    {
        TryRender(messages, ChatPromptOptions.Default, traits, out var prompt, out fault);
        return prompt;
    }
}
