using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.ChatTemplates;

public sealed class ChatTemplateTests
{
    /// <summary>Built like those of models with headers per role: begin of text, trimmed texts, tools, the date.</summary>
    private const string Headers = """
        {{- bos_token }}
        {%- if tools is not none %}
            {{- '<h>tools</h>' }}
            {%- for tool in tools %}
                {{- tool.function.name ~ ' ' ~ (tool | tojson) ~ '\n' }}
            {%- endfor %}
        {%- endif %}
        {%- for message in messages %}
            {%- if message.tool_calls %}
                {%- for call in message.tool_calls %}
                    {{- '<call>' + call.function.name + call.function.arguments | tojson + '</call>' }}
                {%- endfor %}
            {%- elif message.role == 'tool' %}
                {{- '<result>' ~ message.name ~ ':' ~ message.content ~ '</result>' }}
            {%- else %}
                {{- '<h>' + message['role'] + '</h>' + message['content'] | trim + '<end>' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<h>assistant</h>' }}
        {%- endif %}
        """;

    /// <summary>Built like those of models without a system role, whose turns must alternate.</summary>
    private const string Alternating = """
        {{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
        {% for message in messages %}
        {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate user/assistant') }}{% endif %}
        {{ '<' ~ message['role'] ~ '>' ~ message['content'] }}
        {%- endfor %}
        """;

    [Fact]
    public void A_files_template_writes_the_prompt()
    {
        var template = Templates.Create(Headers, new NamedTokens(addsBegin: false));

        Assert.Equal("<s><h>system</h>Be brief.<end><h>user</h>Hi<end><h>assistant</h>", Render(template, new(ChatRole.System, " Be brief.\n"), new(ChatRole.User, "Hi")));
        Assert.Equal("jinja", template.Name);
    }

    [Fact]
    public void The_begin_of_text_that_the_tokenizer_adds_is_not_written_a_second_time()
    {
        Assert.Equal("<h>user</h>Hi<end><h>assistant</h>", Render(Templates.Create(Headers, new NamedTokens(addsBegin: true)), new ChatMessage(ChatRole.User, "Hi")));
        Assert.Equal("x<s>Hi", Render(Templates.Create("x{{ bos_token }}{{ messages[0].content }}"), new ChatMessage(ChatRole.User, "Hi")));
    }

    [Fact]
    public void A_system_message_goes_before_the_users_where_the_template_has_no_such_role()
    {
        var prompt = Render(Templates.Create(Alternating), new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hi"), new(ChatRole.Assistant, "Yo"), new(ChatRole.User, "Bye"));

        Assert.Equal("<user>Be brief.\n\nHi<assistant>Yo<user>Bye", prompt);
    }

    [Fact]
    public void A_template_that_passes_over_system_messages_gets_them_with_the_users()
    {
        var template = Templates.Create("{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}");

        Assert.Equal("[A\n\nB\n\nHi][Be brief.]", Render(template, new(ChatRole.System, "A"), new(new ChatRole("developer"), "B"), new(ChatRole.User, "Hi"), new(ChatRole.System, "Be brief.")));
    }

    [Fact]
    public void An_order_that_the_template_refuses_is_the_requests_fault()
    {
        Assert.False(Templates.Create(Alternating).TryRender([new(ChatRole.User, "a"), new(ChatRole.User, "b")], out _, out var fault));
        Assert.Equal(EngineFaultKind.InvalidRequest, fault.Kind);
        Assert.Contains("Roles must alternate", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_messages_are_the_requests_fault()
    {
        foreach (var template in new[] { Templates.Create(Headers), Templates.Create("chatml") })
        {
            Assert.False(template.TryRender([], out _, out var fault));
            Assert.Equal(EngineFaultKind.InvalidRequest, fault.Kind);
        }
    }

    [Fact]
    public void Text_parts_are_joined_and_other_parts_refused()
    {
        var template = Templates.Create(Headers);

        Assert.Equal("<h>user</h>one two<end><h>assistant</h>", Render(template, new ChatMessage(ChatRole.User, [new TextContent("one "), new TextContent("two")])));
        var picture = new ChatMessage(ChatRole.User, [new TextContent("what is it?"), new DataContent(new byte[] { 1, 2 }, "image/png")]);
        Assert.False(template.TryRender([picture], out _, out var fault));
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("Message 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_goes_through_parts_gets_parts()
    {
        var template = Templates.Create("{% for m in messages %}{{ m.role }}:{% for part in m.content %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %};{% endfor %}");

        Assert.Equal("system:A;user:Hi;", Render(template, new(ChatRole.System, "A"), new(ChatRole.User, "Hi")));
    }

    [Fact]
    public void Tools_their_calls_and_results_are_what_templates_expect()
    {
        var call = new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = "Bern", ["days"] = JsonDocument.Parse("[3]").RootElement });
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant, [call]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", JsonDocument.Parse("{\"t\":21}").RootElement), new FunctionResultContent("c1", "dry")]),
        ];
        var tool = AIFunctionFactory.CreateDeclaration("weather", "Tells it.", JsonDocument.Parse("{\"type\":\"object\"}").RootElement);
        var template = Templates.Create(Headers);

        Assert.True(template.TryRender(messages, new ChatPromptOptions { Tools = [tool] }, out var prompt, out _));

        Assert.Equal(
            "<h>tools</h>weather {\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\": \"Tells it.\", \"parameters\": {\"type\": \"object\"}}}\n"
            + "<h>user</h>Weather?<end><call>weather{\"city\": \"Bern\", \"days\": [3]}</call><result>weather:{\"t\":21}</result><result>weather:dry</result><h>assistant</h>",
            prompt);
    }

    [Theory]
    [InlineData("{{ c.function.arguments }}")]
    [InlineData("{{ '' + c.function.arguments }}")]
    [InlineData("{{ c.function.arguments ~ '' }}")]
    [InlineData("{{ c.function.arguments | tojson }}")]
    [InlineData("{{ '%s' % c.function.arguments }}")]
    public void Arguments_of_a_call_are_json_however_a_template_writes_them(string written)
    {
        var template = Templates.Create("{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}" + written + "{% endfor %}{% endfor %}");
        var call = new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["on"] = true, ["of"] = new Dictionary<string, object?> { ["x"] = null } });

        Assert.Contains("{\"on\": true, \"of\": {\"x\": null}}", Render(template, new(ChatRole.User, "Hi"), new(ChatRole.Assistant, [call])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_without_text_has_no_content_unless_the_template_needs_one()
    {
        ChatMessage[] messages = [new(ChatRole.User, "Hi"), new(ChatRole.Assistant, [new FunctionCallContent("c1", "f")])];

        Assert.Equal("HiNone", Render(Templates.Create("{% for m in messages %}{{ m.content }}{% endfor %}"), messages));
        Assert.Equal("Hi.", Render(Templates.Create("{% for m in messages %}{{ m.content + ('.' if loop.last and loop.length > 1 else '') }}{% endfor %}"), messages));
    }

    [Fact]
    public void Thinking_is_left_to_the_template_unless_the_request_says()
    {
        var template = Templates.Create("{{ messages[0].content }}{% if enable_thinking is defined and not enable_thinking %}<no>{% endif %}{% for m in messages %}{{ m.reasoning_content }}{% endfor %}");
        ChatMessage[] messages = [new(ChatRole.User, "Hi"), new(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("Yes")])];

        Assert.Equal("Hihm", Render(template, messages));
        Assert.True(template.TryRender(messages, new ChatPromptOptions { Thinking = false }, out var prompt, out _));
        Assert.Equal("Hi<no>hm", prompt);
    }

    [Fact]
    public void The_date_is_that_of_the_clock_that_was_given()
    {
        var template = Templates.Create("{{ strftime_now('%d %b %Y, %A %-H:%M %p %j %%') }} {{ messages[0].content }}", time: new March());

        Assert.Equal("07 Mar 2026, Saturday 9:05 AM 066 % Hi", Render(template, new ChatMessage(ChatRole.User, "Hi")));
    }

    [Fact]
    public void A_template_that_cannot_be_read_is_told_by_its_marks()
    {
        var template = Templates.Create("{% include 'x' %}<|im_start|>{{ messages[0].content }}<|im_end|>");

        Assert.Equal("chatml", template.Name);
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", Render(template, new ChatMessage(ChatRole.User, "Hi")));
    }

    [Theory]
    [InlineData("{% include 'x' %}", "include")]
    [InlineData("nothing of the messages", "does not write the user's message")]
    [InlineData("{{ messages.nothing.x }}", "line 1")]
    public void A_template_that_is_of_no_use_is_a_fault_when_the_model_is_loaded(string source, string why)
    {
        Assert.False(ChatTemplate.TryCreate(source, new NamedTokens(), out _, out var fault));
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_of_a_file_is_found_in_its_metadata()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".gguf");
        try
        {
            new GgufWriter().Set("general.architecture", "llama").Set("tokenizer.chat_template", "<{{ messages[0].content }}>").WriteTo(path);
            Assert.True(GgufFile.TryOpen(path, out var file, out _));
            using (file)
            {
                Assert.True(ChatTemplate.TryCreate(file.Metadata, new NamedTokens(), out var template, out _));
                Assert.Equal("<Hi>", Render(template, new ChatMessage(ChatRole.User, "Hi")));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void One_template_serves_many_at_once()
    {
        var template = Templates.Create(Headers);
        Parallel.For(0, 200, i => Assert.Equal($"<h>user</h>{i}<end><h>assistant</h>", Render(template, new ChatMessage(ChatRole.User, $"{i}"))));
    }

    private static string Render(ChatTemplate template, params ChatMessage[] messages)
    {
        template.TryRender(messages, out var prompt, out var fault);
        Assert.Null(fault);
        return prompt!;
    }

    private sealed class March : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 7, 9, 5, 0, TimeSpan.Zero);
    }
}
