using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicMediaTests
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    private static (string Content, string Losses) WriteContent(params AIContent[] contents)
    {
        var (body, losses) = Write(Request(new ChatMessage(ChatRole.User, [new TextContent("see"), .. contents])));
        var content = body.GetProperty("messages")[0].GetProperty("content");
        return (content.ValueKind == System.Text.Json.JsonValueKind.Array ? content[content.GetArrayLength() - 1].GetRawText() : "", losses);
    }

    [Fact]
    public void Images_are_written_inline_by_address_and_by_file_id()
    {
        Same("""{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"}}""", Json(WriteContent(new DataContent("data:image/jpg;base64,AAAA")).Content));
        Same("""{"type":"image","source":{"type":"url","url":"https://example.test/a b.png"}}""", Json(WriteContent(new UriContent("https://example.test/a b.png", "image/*")).Content));
        var file = new HostedFileContent("file_1") { MediaType = "image/*", AdditionalProperties = new() { [Vocabulary.SignedBy] = "anthropic-messages" } };
        Same("""{"type":"image","source":{"type":"file","file_id":"file_1"}}""", Json(WriteContent(file).Content));
    }

    [Fact]
    public void An_image_of_unnamed_type_is_recognised_by_its_first_bytes()
    {
        var (content, losses) = WriteContent(new DataContent("data:image/*;base64," + Convert.ToBase64String(Png)));
        Assert.Contains("\"media_type\":\"image/png\"", content, StringComparison.Ordinal);
        Assert.Equal("", losses);
        Assert.Equal("content.image;dropped", WriteContent(new DataContent("data:image/*;base64,AAAA")).Losses);
    }

    [Fact]
    public void Documents_are_written_with_their_name()
    {
        Same("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"},"title":"T"}""",
            Json(WriteContent(new DataContent("data:application/pdf;base64,AAAA") { Name = "T" }).Content));
        Same("""{"type":"document","source":{"type":"url","url":"https://example.test/a.pdf"}}""",
            Json(WriteContent(new UriContent("https://example.test/a.pdf", "application/pdf")).Content));
        Same("""{"type":"document","source":{"type":"text","media_type":"text/plain","data":"grüß"}}""",
            Json(WriteContent(new DataContent(Encoding.UTF8.GetBytes("grüß"), "text/plain")).Content));
        Assert.Equal("content.file;approximated", WriteContent(new DataContent("a,b"u8.ToArray(), "text/csv")).Losses);
    }

    [Theory]
    [InlineData("audio/wav", "content.audio;dropped")]
    [InlineData("video/mp4", "content.video;dropped")]
    [InlineData("application/zip", "content.file;dropped")]
    [InlineData("image/bmp", "content.image;dropped")]
    public void What_the_protocol_cannot_carry_is_left_out_and_said(string mediaType, string expected)
    {
        var (content, losses) = WriteContent(new DataContent($"data:{mediaType};base64,AAAA"));
        Assert.Equal(("", expected), (content, losses));
    }

    [Fact]
    public void File_ids_and_blocks_of_other_providers_are_left_out_and_said()
    {
        Assert.Equal("content.file;dropped", WriteContent(new HostedFileContent("file-abc")).Losses);
        Assert.Equal("content.file;dropped", WriteContent(new UriContent("gs://bucket/a.pdf", "application/pdf")).Losses);
        Assert.Equal("content.custom;dropped", WriteContent(new OpaqueContent("openai-chat", "custom", Json("{}"))).Losses);
    }

    [Fact]
    public void A_tool_result_may_hold_an_image()
    {
        var result = new FunctionResultContent("a", new List<AIContent> { new TextContent("see"), new TextContent(""), new DataContent("data:image/png;base64,AAAA") });
        Vocabulary.Set(result, Vocabulary.IsError, true);
        var body = Write(Request(
            User("go"), new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("a", "f", "{}")]), new ChatMessage(ChatRole.Tool, [result]))).Body;
        Same("""
            {"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}],"is_error":true}
            """, body.GetProperty("messages")[2].GetProperty("content")[0]);
    }

    [Fact]
    public void Document_fields_survive_a_translation_there_and_back()
    {
        var body = Write(Read("""
            {"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"title":"T","context":"C","citations":{"enabled":true}}]}]}
            """)).Body;
        Same("""[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"title":"T","context":"C","citations":{"enabled":true}}]""",
            body.GetProperty("messages")[0].GetProperty("content"));
    }
}
