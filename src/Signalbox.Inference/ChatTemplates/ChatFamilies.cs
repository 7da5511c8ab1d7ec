using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>
/// The common families: their prompts and the marks that their templates are known by, which are those that llama.cpp knows
/// (and Alpaca). The marks are asked in the order of the list, because some families' marks are in others' templates too.
/// </summary>
internal static class ChatFamilies
{
    private static readonly Dictionary<string, string> GemmaRoles = new() { ["assistant"] = "model" };

    public static ChatFamily ChatMl { get; } = ChatFamily.ByRole("chatml", "<|im_start|>{role}\n", "<|im_end|>\n", "<|im_start|>assistant\n") with
    {
        Marks = [["<|im_start|>"]],
        Tokens = ["<|im_start|>", "<|im_end|>"],
    };

    /// <summary>In the order in which their marks are looked for.</summary>
    public static IReadOnlyList<ChatFamily> All { get; } =
    [
        ChatFamily.ByRole("phi-4", "<|im_start|>{role}<|im_sep|>", "<|im_end|>", "<|im_start|>assistant<|im_sep|>") with { Marks = [["<|im_start|>", "<|im_sep|>"]] },
        new("smolvlm", new("User: ", "<end_of_utterance>\n"), new("Assistant: ", "<end_of_utterance>\n"), "Assistant:")
        {
            Start = "<|im_start|>", System = new("", "\n\n"), Marks = [["<|im_start|>", "<end_of_utterance>"]],
        },
        ChatMl,
        .. ChatFamiliesWithInst.All,
        ChatFamily.ByRole("phi-3", "<|{role}|>\n", "<|end|>\n", "<|assistant|>\n") with { Marks = [["<|assistant|>", "<|end|>"]], Tokens = ["<|user|>", "<|assistant|>", "<|end|>"] },
        ChatFamily.ByRole("chatglm-4", "<|{role}|>\n", "", "<|assistant|>\n") with { Start = "[gMASK]<sop>", Marks = [["[gMASK]<sop>"]] },
        ChatFamily.ByRole("exaone-moe", "<|{role}|>\n", "<|endofturn|>\n", "<|assistant|>\n") with
        {
            Trims = FamilyTrim.All, Marks = [["<|assistant|>", "<|user|>", "<|tool_declare|>"]],
        },
        ChatFamily.ByRole("falcon-3", "<|{role}|>\n", "\n", "<|assistant|>\n") with { Marks = [["<|assistant|>", "<|user|>", "</s>"]] },
        ChatFamily.ByRole("zephyr", "<|{role}|>\n", "{eos}\n", "<|assistant|>\n") with
        {
            Marks = [["<|assistant|>", "<|user|>", "eos_token"], ["<|user|>", "<|endoftext|>"]],
        },
        ChatFamily.ByRole("glm-edge", "<|{role}|>\n", "", "<|assistant|>") with
        {
            Marks = [["<|assistant|>", "<|user|>"], ["<|{{ item['role'] }}|>", "<|begin_of_image|>"]],
        },
        ChatFamily.ByRole("gemma", "<start_of_turn>{role}\n", "<end_of_turn>\n", "<start_of_turn>model\n") with
        {
            FoldedSystem = new("", "\n\n"), Trims = FamilyTrim.All, RoleNames = GemmaRoles, Marks = [["<start_of_turn>"]], Tokens = ["<start_of_turn>", "<end_of_turn>"],
        },
        new("orion", new("Human: ", "\n\nAssistant: {eos}"), new("", "{eos}"), "") { FoldedSystem = new("", "\n\n"), Marks = [["'\\n\\nAssistant: ' + eos_token"]] },
        new("openchat", new("GPT4 Correct User: ", "<|end_of_turn|>"), new("GPT4 Correct Assistant: ", "<|end_of_turn|>"), "GPT4 Correct Assistant:")
        {
            System = new("", "<|end_of_turn|>"), Marks = [["GPT4 Correct "]],
        },
        new("vicuna-orca", new("USER: ", "\n"), new("ASSISTANT: ", "{eos}\n"), "ASSISTANT:") { System = new("SYSTEM: ", "\n"), Marks = [["USER: ", "ASSISTANT: ", "SYSTEM: "]] },
        new("vicuna", new("USER: ", "\n"), new("ASSISTANT: ", "{eos}\n"), "ASSISTANT:") { System = new("", "\n\n"), Marks = [["USER: ", "ASSISTANT: "]] },
        new("deepseek", new("### Instruction:\n", "\n"), new("### Response:\n", "\n<|EOT|>\n"), "### Response:\n") { System = new("", ""), Marks = [["### Instruction:", "<|EOT|>"]] },
        new("alpaca", new("### Instruction:\n", "\n\n"), new("### Response:\n", "{eos}\n\n"), "### Response:\n")
        {
            System = new("", "\n\n"), Marks = [["### Instruction:", "### Response:"]],
        },
        new(
            "command-r", new("<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|END_OF_TURN_TOKEN|>"), new("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
            "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>")
        {
            System = new("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>", "<|END_OF_TURN_TOKEN|>"), Trims = FamilyTrim.All,
            Marks = [["<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>"]], Tokens = ["<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>"],
        },
        ChatFamily.ByRole("llama-3", "<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n") with
        {
            Trims = FamilyTrim.All, Marks = [["<|start_header_id|>", "<|end_header_id|>"]], Tokens = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        },
        ChatFamily.ByRole("chatglm-3", "<|{role}|>\n ", "", "<|assistant|>") with { Start = "[gMASK]sop", Marks = [["[gMASK]sop"]] },
        new("minicpm", new("<用户>", "<AI>"), new("", ""), "") { System = new("", ""), Trims = FamilyTrim.All, Marks = [["<用户>"]] },
        new("deepseek-2", new("User: ", "\n\n"), new("Assistant: ", "{eos}"), "Assistant:")
        {
            System = new("", "\n\n"), Marks = [["'Assistant: ' + message['content'] + eos_token"]],
        },
        new("deepseek-3", new("<｜User｜>", ""), new("<｜Assistant｜>", "{eos}"), "<｜Assistant｜>")
        {
            System = new("", "\n\n"), Marks = [["<｜Assistant｜>", "<｜User｜>", "<｜end▁of▁sentence｜>"]], Tokens = ["<｜User｜>", "<｜Assistant｜>"],
        },
        new("exaone-3", new("[|user|]", "\n"), new("[|assistant|]", "[|endofturn|]\n"), "[|assistant|]")
        {
            System = new("[|system|]", "[|endofturn|]\n"), Trims = FamilyTrim.All, Marks = [["[|system|]", "[|assistant|]", "[|endofturn|]"]],
        },
        new("rwkv-world", new("User: ", "\n\n"), new("Assistant: ", "\n\n"), "Assistant:")
        {
            System = new("System: ", "\n\n"), Trims = FamilyTrim.All, Marks = [["rwkv-world"], ["'User: ' + message['content']|trim + '\\n\\n'"]],
        },
        ChatFamily.ByRole("granite", "<|start_of_role|>{role}<|end_of_role|>", "<|end_of_text|>\n", "<|start_of_role|>assistant<|end_of_role|>") with
        {
            Marks = [["<|start_of_role|>"]], Tokens = ["<|start_of_role|>", "<|end_of_role|>"],
        },
        ChatFamily.ByRole("megrez", "<|role_start|>{role}<|role_end|>", "<|turn_end|>", "<|role_start|>assistant<|role_end|>") with { Marks = [["<|role_start|>"]] },
        ChatFamily.ByRole("llama-4", "<|header_start|>{role}<|header_end|>\n\n", "<|eot|>", "<|header_start|>assistant<|header_end|>\n\n") with
        {
            Trims = FamilyTrim.All, Marks = [["<|header_start|>", "<|header_end|>"]], Tokens = ["<|header_start|>", "<|header_end|>", "<|eot|>"],
        },
        new("dots-1", new("<|userprompt|>", "<|endofuserprompt|>"), new("<|response|>", "<|endofresponse|>"), "<|response|>")
        {
            System = new("<|system|>", "<|endofsystem|>"), Marks = [["<|endofuserprompt|>"]],
        },
        new("hunyuan-moe", new("<|startoftext|>", "<|extra_0|>"), new("", "<|eos|>"), "") { System = new("<|startoftext|>", "<|extra_4|>"), Marks = [["<|extra_0|>", "<|extra_4|>"]] },
        new("gpt-oss", new("<|start|>{role}<|message|>", "<|end|>"), new("<|start|>assistant<|message|>", "<|return|>"), "<|start|>assistant")
        {
            Marks = [["<|start|>", "<|channel|>"]], Tokens = ["<|start|>", "<|channel|>", "<|return|>"],
        },
        new("kimi-k2", new("<|im_user|>{role}<|im_middle|>", "<|im_end|>"), new("<|im_assistant|>assistant<|im_middle|>", "<|im_end|>"), "<|im_assistant|>assistant<|im_middle|>")
        {
            System = new("<|im_system|>system<|im_middle|>", "<|im_end|>"), Marks = [["<|im_assistant|>assistant<|im_middle|>"]],
        },
        ChatFamily.ByRole("seed-oss", "<seed:bos>{role}\n", "<seed:eos>", "<seed:bos>assistant\n") with { Trims = FamilyTrim.Assistant, Marks = [["<seed:bos>"]] },
        new("grok-2", new("Human: ", "<|separator|>\n\n"), new("Assistant: ", "<|separator|>\n\n"), "Assistant:")
        {
            System = new("System: ", "<|separator|>\n\n"), Trims = FamilyTrim.AllButAssistant, Marks = [["'Assistant: '  + message['content'] + '<|separator|>"]],
        },
        ChatFamily.ByRole("solar-open", "<|begin|>{role}<|content|>", "<|end|>", "<|begin|>assistant") with { Marks = [["<|begin|>", "<|end|>", "<|content|>"]] },
    ];

    /// <summary>A family by its name where the whole template is one.</summary>
    public static ChatFamily? Named(string source) =>
        source.Length > 40 ? null : All.FirstOrDefault(family => family.Aliases.Append(family.Name).Any(name => Plain(name) == Plain(source)));

    public static ChatFamily? OfTemplate(string source) =>
        All.FirstOrDefault(family => family.Marks.Any(marks => marks.All(mark => source.Contains(mark, StringComparison.Ordinal))));

    /// <summary>The family whose tokens a vocabulary has, otherwise ChatML.</summary>
    public static ChatFamily OfVocabulary(Tokenizer tokenizer) =>
        All.FirstOrDefault(family => family.Tokens.Count > 0 && family.Tokens.All(token => tokenizer.Find(token) is { } id && tokenizer.NameOf(id) == token)) ?? ChatMl;

    private static string Plain(string name) =>
        name.Trim().Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
