using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    private static readonly byte[] Config = "{}"u8.ToArray();

    private readonly SmallCorpora _files = new();

    private string Path => System.IO.Path.Combine(_files.Folder, "run");

    [Fact]
    public void A_folder_belongs_to_one_run_at_a_time()
    {
        var (first, second) = (new RunFolder(Path), new RunFolder(Path));
        Assert.Null(first.Claim(resume: false, [first.Model]));
        first.Begin(Config, 3);

        var fault = second.Claim(resume: false, [second.Model]);
        second.Close();
        Assert.Equal(EngineFaultKind.InvalidRequest, fault?.Kind);
        Assert.Contains("Another process is training in", fault?.Message);
        Assert.NotNull(new RunFolder(Path).Claim(resume: false, []));

        first.Close();
        Assert.False(File.Exists(System.IO.Path.Combine(Path, "run.lock")));
        Assert.Null(second.Claim(resume: false, [second.Model]));
        second.Close();
    }

    [Fact]
    public void A_run_that_never_began_leaves_no_folder()
    {
        var folder = new RunFolder(Path);
        Assert.Null(folder.Claim(resume: false, []));
        folder.Close();
        Assert.False(Directory.Exists(Path));
    }

    [Theory]
    [InlineData("model.gguf")]
    [InlineData("config.json")]
    [InlineData("log.jsonl")]
    [InlineData("loss.svg")]
    [InlineData("run.json")]
    public void A_file_that_no_run_wrote_is_not_written_over(string name)
    {
        var folder = new RunFolder(Path);
        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, name), "mine");
        Assert.StartsWith($"{System.IO.Path.Combine(Path, name)} is there already", folder.Refuse(resume: false, [folder.Model])?.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(System.IO.Path.Combine(Path, name)));
    }

    [Fact]
    public void A_run_that_broke_off_before_its_first_checkpoint_begins_anew()
    {
        var folder = new RunFolder(Path);
        Directory.CreateDirectory(Path);
        folder.Begin(Config, 3);
        Assert.Null(folder.Refuse(resume: false, [folder.Model]));
        Assert.Contains("There is no checkpoint", folder.Refuse(resume: true, [folder.Model])?.Message);
    }

    [Fact]
    public void A_file_is_no_folder_for_a_run() =>
        Assert.Contains("is a file: name a folder", new RunFolder(_files.Write("run", "")).Refuse(resume: false, [])?.Message);

    [Fact]
    public void What_a_run_wrote_into_a_corpus_folder_is_no_part_of_the_corpus()
    {
        _files.Write("a.json", "");
        _files.Write("config.json", "");
        Assert.Equal(["a.json", "config.json"], Find("."));

        new RunFolder(_files.Folder).Begin(Config, 3);
        _files.Write("log.jsonl", "");
        Assert.Equal(["a.json"], Find("."));
        Assert.Equal(["a.json"], Find("*.json"));
        Assert.Equal(["log.jsonl"], Find("log.jsonl"));
    }

    public void Dispose() => _files.Dispose();

    private IEnumerable<string?> Find(string pattern) => CorpusReader.Find(_files.Folder, pattern, out _).Select(System.IO.Path.GetFileName);
}
