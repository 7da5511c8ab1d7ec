using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Gguf;

public sealed class GgufTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("signalbox-tests-").FullName;

    [Theory]
    [InlineData("")]
    [InlineData("GGUF and what follows")]
    public void A_model_or_an_empty_file_may_be_replaced(string content) => Assert.Null(GgufTarget.Refuse(File(content)));

    [Theory]
    [InlineData("my only notes")]
    [InlineData("GGU")]
    public void A_file_that_is_no_model_is_not_written_over(string content)
    {
        var file = File(content);
        Assert.Equal($"{file} is there and is no GGUF file: it would be lost. Move it away, or name another file to write to.", GgufTarget.Refuse(file)?.Message);
    }

    [Fact]
    public void A_folder_a_link_and_a_place_without_folder_are_refused_and_a_new_file_is_not()
    {
        var link = Path.Combine(_folder, "link.gguf");
        System.IO.File.CreateSymbolicLink(link, Path.Combine(_folder, "elsewhere.gguf"));
        Assert.Contains("an ordinary file", GgufTarget.Refuse(link)?.Message);
        Assert.Contains("an ordinary file", GgufTarget.Refuse(_folder)?.Message);
        Assert.Contains("there is no folder", GgufTarget.Refuse(Path.Combine(_folder, "none", "new.gguf"))?.Message);
        Assert.Null(GgufTarget.Refuse(Path.Combine(_folder, "new.gguf")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string content)
    {
        var path = Path.Combine(_folder, "there.gguf");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
