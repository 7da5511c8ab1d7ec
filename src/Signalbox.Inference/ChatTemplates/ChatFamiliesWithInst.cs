namespace Signalbox.Inference.ChatTemplates;

/// <summary>The families that write the user's message between [INST] and [/INST]: they differ in spaces.</summary>
internal static class ChatFamiliesWithInst
{
    public static IReadOnlyList<ChatFamily> All { get; } =
    [
        new("mistral-v7-tekken", new("[INST]", "[/INST]"), new("", "{eos}"), "") { System = new("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"), Marks = [["[INST]", "\"[SYSTEM_PROMPT]\""], ["[INST]", "'[SYSTEM_PROMPT]'"]] },
        new("mistral-v7", new("[INST] ", "[/INST]"), new(" ", "{eos}"), "") { System = new("[SYSTEM_PROMPT] ", "[/SYSTEM_PROMPT]"), Marks = [["[INST]", "[SYSTEM_PROMPT]"]] },
        new("mistral-v1", new(" [INST] ", " [/INST]"), new(" ", "{eos}"), "")
        {
            FoldedSystem = new("", "\n\n"), Marks = [["[INST]", "' [INST] ' + system_message"], ["[AVAILABLE_TOOLS]", " [INST]"]],
        },
        new("mistral-v3-tekken", new("[INST]", "[/INST]"), new("", "{eos}"), "") { FoldedSystem = new("", "\n\n"), Marks = [["[AVAILABLE_TOOLS]", "\"[INST]\""]] },
        new("mistral-v3", new("[INST] ", "[/INST]"), new(" ", "{eos}"), "")
        {
            FoldedSystem = new("", "\n\n"), Trims = FamilyTrim.Assistant, Marks = [["[INST]", "[AVAILABLE_TOOLS]"]], Tokens = ["[INST]", "[/INST]"],
        },
        Llama2("llama-2-sys-strip") with { Aliases = ["llama2-sys-strip"], Trims = FamilyTrim.All, Marks = [["[INST]", "content.strip()"]] },
        Llama2("llama-2-sys-bos") with { Aliases = ["llama2-sys-bos"], LaterUser = "{bos}[INST] ", Marks = [["[INST]", "bos_token + '[INST]"]] },
        Llama2("llama-2-sys") with { Aliases = ["llama2-sys"], Marks = [["[INST]", "<<SYS>>"]] },
        Llama2("llama-2") with { FoldedSystem = new("", "\n"), Marks = [["[INST]"]] },
    ];

    private static ChatFamily Llama2(string name) =>
        new(name, new("[INST] ", " [/INST]"), new("", "{eos}"), "") { FoldedSystem = new("<<SYS>>\n", "\n<</SYS>>\n\n") };
}
