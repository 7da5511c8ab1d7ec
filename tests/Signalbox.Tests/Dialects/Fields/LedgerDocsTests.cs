using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

public sealed class LedgerDocsTests
{
    [Fact]
    public void The_page_of_fields_is_what_the_data_says() => Compare("field-ledger.md", LedgerDocs.Fields(FieldLedger.Load()));

    [Fact]
    public void The_page_of_headers_is_what_the_data_says() => Compare("header-ledger.md", LedgerDocs.Headers(HeaderLedger.Load()));

    private static void Compare(string name, string page)
    {
        var file = LedgerFiles.PathInRepository("docs", name);
        if (Environment.GetEnvironmentVariable("SIGNALBOX_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, page);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == page, $"docs/{name} is out of date; run the tests with SIGNALBOX_WRITE_DOCS=1.");
    }
}
