using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.ChatTemplates;

public sealed class ChatFamilyTests
{
    // What llama.cpp writes for its family of this name, with the model's own end of text where llama.cpp has a fixed one.
    [Theory]
    [InlineData("phi-4", "<|im_start|>system<|im_sep|> text 0S <|im_end|><|im_start|>user<|im_sep|> text 1u <|im_end|><|im_start|>assistant<|im_sep|> text 2a <|im_end|><|im_start|>user<|im_sep|> text 3u <|im_end|><|im_start|>assistant<|im_sep|>")]
    [InlineData("smolvlm", "<|im_start|> text 0S \n\nUser:  text 1u <end_of_utterance>\nAssistant:  text 2a <end_of_utterance>\nUser:  text 3u <end_of_utterance>\nAssistant:")]
    [InlineData("chatml", "<|im_start|>system\n text 0S <|im_end|>\n<|im_start|>user\n text 1u <|im_end|>\n<|im_start|>assistant\n text 2a <|im_end|>\n<|im_start|>user\n text 3u <|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("mistral-v7-tekken", "[SYSTEM_PROMPT] text 0S [/SYSTEM_PROMPT][INST] text 1u [/INST] text 2a </s>[INST] text 3u [/INST]")]
    [InlineData("mistral-v7", "[SYSTEM_PROMPT]  text 0S [/SYSTEM_PROMPT][INST]  text 1u [/INST]  text 2a </s>[INST]  text 3u [/INST]")]
    [InlineData("mistral-v1", " [INST]  text 0S \n\n text 1u  [/INST]  text 2a </s> [INST]  text 3u  [/INST]")]
    [InlineData("mistral-v3-tekken", "[INST] text 0S \n\n text 1u [/INST] text 2a </s>[INST] text 3u [/INST]")]
    [InlineData("mistral-v3", "[INST]  text 0S \n\n text 1u [/INST] text 2a</s>[INST]  text 3u [/INST]")]
    [InlineData("llama-2-sys-strip", "[INST] <<SYS>>\ntext 0S\n<</SYS>>\n\ntext 1u [/INST]text 2a</s>[INST] text 3u [/INST]")]
    [InlineData("llama-2-sys-bos", "[INST] <<SYS>>\n text 0S \n<</SYS>>\n\n text 1u  [/INST] text 2a </s><s>[INST]  text 3u  [/INST]")]
    [InlineData("llama-2-sys", "[INST] <<SYS>>\n text 0S \n<</SYS>>\n\n text 1u  [/INST] text 2a </s>[INST]  text 3u  [/INST]")]
    [InlineData("llama-2", "[INST]  text 0S \n text 1u  [/INST] text 2a </s>[INST]  text 3u  [/INST]")]
    [InlineData("phi-3", "<|system|>\n text 0S <|end|>\n<|user|>\n text 1u <|end|>\n<|assistant|>\n text 2a <|end|>\n<|user|>\n text 3u <|end|>\n<|assistant|>\n")]
    [InlineData("chatglm-4", "[gMASK]<sop><|system|>\n text 0S <|user|>\n text 1u <|assistant|>\n text 2a <|user|>\n text 3u <|assistant|>\n")]
    [InlineData("exaone-moe", "<|system|>\ntext 0S<|endofturn|>\n<|user|>\ntext 1u<|endofturn|>\n<|assistant|>\ntext 2a<|endofturn|>\n<|user|>\ntext 3u<|endofturn|>\n<|assistant|>\n")]
    [InlineData("falcon-3", "<|system|>\n text 0S \n<|user|>\n text 1u \n<|assistant|>\n text 2a \n<|user|>\n text 3u \n<|assistant|>\n")]
    [InlineData("zephyr", "<|system|>\n text 0S </s>\n<|user|>\n text 1u </s>\n<|assistant|>\n text 2a </s>\n<|user|>\n text 3u </s>\n<|assistant|>\n")]
    [InlineData("glm-edge", "<|system|>\n text 0S <|user|>\n text 1u <|assistant|>\n text 2a <|user|>\n text 3u <|assistant|>")]
    [InlineData("gemma", "<start_of_turn>user\ntext 0S\n\ntext 1u<end_of_turn>\n<start_of_turn>model\ntext 2a<end_of_turn>\n<start_of_turn>user\ntext 3u<end_of_turn>\n<start_of_turn>model\n")]
    [InlineData("orion", "Human:  text 0S \n\n text 1u \n\nAssistant: </s> text 2a </s>Human:  text 3u \n\nAssistant: </s>")]
    [InlineData("openchat", " text 0S <|end_of_turn|>GPT4 Correct User:  text 1u <|end_of_turn|>GPT4 Correct Assistant:  text 2a <|end_of_turn|>GPT4 Correct User:  text 3u <|end_of_turn|>GPT4 Correct Assistant:")]
    [InlineData("vicuna-orca", "SYSTEM:  text 0S \nUSER:  text 1u \nASSISTANT:  text 2a </s>\nUSER:  text 3u \nASSISTANT:")]
    [InlineData("vicuna", " text 0S \n\nUSER:  text 1u \nASSISTANT:  text 2a </s>\nUSER:  text 3u \nASSISTANT:")]
    [InlineData("deepseek", " text 0S ### Instruction:\n text 1u \n### Response:\n text 2a \n<|EOT|>\n### Instruction:\n text 3u \n### Response:\n")]
    [InlineData("alpaca", " text 0S \n\n### Instruction:\n text 1u \n\n### Response:\n text 2a </s>\n\n### Instruction:\n text 3u \n\n### Response:\n")]
    [InlineData("command-r", "<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>text 0S<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>text 1u<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>text 2a<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>text 3u<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>")]
    [InlineData("llama-3", "<|start_header_id|>system<|end_header_id|>\n\ntext 0S<|eot_id|><|start_header_id|>user<|end_header_id|>\n\ntext 1u<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\ntext 2a<|eot_id|><|start_header_id|>user<|end_header_id|>\n\ntext 3u<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("chatglm-3", "[gMASK]sop<|system|>\n  text 0S <|user|>\n  text 1u <|assistant|>\n  text 2a <|user|>\n  text 3u <|assistant|>")]
    [InlineData("minicpm", "text 0S<用户>text 1u<AI>text 2a<用户>text 3u<AI>")]
    [InlineData("deepseek-2", " text 0S \n\nUser:  text 1u \n\nAssistant:  text 2a </s>User:  text 3u \n\nAssistant:")]
    [InlineData("deepseek-3", " text 0S \n\n<｜User｜> text 1u <｜Assistant｜> text 2a </s><｜User｜> text 3u <｜Assistant｜>")]
    [InlineData("exaone-3", "[|system|]text 0S[|endofturn|]\n[|user|]text 1u\n[|assistant|]text 2a[|endofturn|]\n[|user|]text 3u\n[|assistant|]")]
    [InlineData("rwkv-world", "System: text 0S\n\nUser: text 1u\n\nAssistant: text 2a\n\nUser: text 3u\n\nAssistant:")]
    [InlineData("granite", "<|start_of_role|>system<|end_of_role|> text 0S <|end_of_text|>\n<|start_of_role|>user<|end_of_role|> text 1u <|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|> text 2a <|end_of_text|>\n<|start_of_role|>user<|end_of_role|> text 3u <|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>")]
    [InlineData("megrez", "<|role_start|>system<|role_end|> text 0S <|turn_end|><|role_start|>user<|role_end|> text 1u <|turn_end|><|role_start|>assistant<|role_end|> text 2a <|turn_end|><|role_start|>user<|role_end|> text 3u <|turn_end|><|role_start|>assistant<|role_end|>")]
    [InlineData("llama-4", "<|header_start|>system<|header_end|>\n\ntext 0S<|eot|><|header_start|>user<|header_end|>\n\ntext 1u<|eot|><|header_start|>assistant<|header_end|>\n\ntext 2a<|eot|><|header_start|>user<|header_end|>\n\ntext 3u<|eot|><|header_start|>assistant<|header_end|>\n\n")]
    [InlineData("dots-1", "<|system|> text 0S <|endofsystem|><|userprompt|> text 1u <|endofuserprompt|><|response|> text 2a <|endofresponse|><|userprompt|> text 3u <|endofuserprompt|><|response|>")]
    [InlineData("hunyuan-moe", "<|startoftext|> text 0S <|extra_4|><|startoftext|> text 1u <|extra_0|> text 2a <|eos|><|startoftext|> text 3u <|extra_0|>")]
    [InlineData("gpt-oss", "<|start|>system<|message|> text 0S <|end|><|start|>user<|message|> text 1u <|end|><|start|>assistant<|message|> text 2a <|return|><|start|>user<|message|> text 3u <|end|><|start|>assistant")]
    [InlineData("kimi-k2", "<|im_system|>system<|im_middle|> text 0S <|im_end|><|im_user|>user<|im_middle|> text 1u <|im_end|><|im_assistant|>assistant<|im_middle|> text 2a <|im_end|><|im_user|>user<|im_middle|> text 3u <|im_end|><|im_assistant|>assistant<|im_middle|>")]
    [InlineData("seed-oss", "<seed:bos>system\n text 0S <seed:eos><seed:bos>user\n text 1u <seed:eos><seed:bos>assistant\ntext 2a<seed:eos><seed:bos>user\n text 3u <seed:eos><seed:bos>assistant\n")]
    [InlineData("grok-2", "System: text 0S<|separator|>\n\nHuman: text 1u<|separator|>\n\nAssistant:  text 2a <|separator|>\n\nHuman: text 3u<|separator|>\n\nAssistant:")]
    [InlineData("solar-open", "<|begin|>system<|content|> text 0S <|end|><|begin|>user<|content|> text 1u <|end|><|begin|>assistant<|content|> text 2a <|end|><|begin|>user<|content|> text 3u <|end|><|begin|>assistant")]
    public void A_family_writes_its_prompt_to_the_last_space(string name, string expected)
    {
        ChatMessage[] messages = [new(ChatRole.System, " text 0S "), new(ChatRole.User, " text 1u "), new(ChatRole.Assistant, " text 2a "), new(ChatRole.User, " text 3u ")];

        var template = Templates.Create(name);

        Assert.True(template.TryRender(messages, out var prompt, out _));
        Assert.Equal(expected, prompt);
        Assert.Equal(name, template.Name);
    }

    [Theory]
    [InlineData("llama3", "llama-3")]
    [InlineData("LLAMA_2-sys", "llama-2-sys")]
    [InlineData("mistral-v3-tekken\n", "mistral-v3-tekken")]
    public void A_familys_name_may_be_written_in_other_ways(string source, string name) => Assert.Equal(name, Templates.Create(source).Name);

    [Theory]
    [InlineData("'<|im_start|>' + message['role']", "chatml")]
    [InlineData("'<|im_start|>' '<|im_sep|>'", "phi-4")]
    [InlineData("'<|start_header_id|>' '<|end_header_id|>'", "llama-3")]
    [InlineData("'[INST] <<SYS>>'", "llama-2-sys")]
    [InlineData("'[INST] ' message.content.strip()", "llama-2-sys-strip")]
    [InlineData("bos_token + '[INST] ' '<<SYS>>'", "llama-2-sys-bos")]
    [InlineData("'[INST] '", "llama-2")]
    [InlineData("' [INST] ' + system_message", "mistral-v1")]
    [InlineData("'[AVAILABLE_TOOLS]' '[INST] '", "mistral-v3")]
    [InlineData("'[AVAILABLE_TOOLS]' \"[INST]\"", "mistral-v3-tekken")]
    [InlineData("'[INST] ' '[SYSTEM_PROMPT] '", "mistral-v7")]
    [InlineData("'[INST]' '[SYSTEM_PROMPT]'", "mistral-v7-tekken")]
    [InlineData("'<start_of_turn>'", "gemma")]
    [InlineData("'<|user|>' '<|assistant|>' '<|end|>'", "phi-3")]
    [InlineData("'<|user|>' '<|assistant|>' + eos_token", "zephyr")]
    [InlineData("'USER: ' 'ASSISTANT: '", "vicuna")]
    [InlineData("'### Instruction:' '### Response:'", "alpaca")]
    [InlineData("'### Instruction:' '<|EOT|>'", "deepseek")]
    [InlineData("'<｜User｜>' '<｜Assistant｜>' '<｜end▁of▁sentence｜>'", "deepseek-3")]
    [InlineData("'<|START_OF_TURN_TOKEN|>' '<|USER_TOKEN|>'", "command-r")]
    public void A_family_is_known_by_the_marks_of_its_templates(string marks, string name) =>
        Assert.Equal(name, ChatFamilies.OfTemplate("{% for message in messages %}{{ " + marks + " }}{% endfor %}")?.Name);

    [Fact]
    public void A_template_that_has_no_familys_marks_has_no_family() => Assert.Null(ChatFamilies.OfTemplate("{{ messages }}"));

    [Theory]
    [InlineData("chatml", "<|im_start|>", "<|im_end|>")]
    [InlineData("llama-3", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")]
    [InlineData("gemma", "<start_of_turn>", "<end_of_turn>")]
    [InlineData("chatml", "hello", "world")]
    public void Without_a_template_the_vocabulary_shows_the_family(string name, params string[] tokens) =>
        Assert.Equal(name, Templates.Create(null, new NamedTokens(addsBegin: true, tokens)).Name);

    [Fact]
    public void A_familys_prompt_has_no_place_for_tools()
    {
        ChatMessage[] messages = [new(ChatRole.User, "Hi"), new(ChatRole.Assistant, [new FunctionCallContent("c1", "f")])];

        Assert.False(Templates.Create("chatml").TryRender(messages, out _, out var fault));
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
    }
}
