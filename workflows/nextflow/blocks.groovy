// Prints a process' block as Nextflow would have bash run it:
// blocks.groovy FILE PROCESS script|stub VARIABLES, where VARIABLES is an expression of Groovy that
// gives a map, such as "[task: [cpus: 2, ext: [:]], sequence: 'a.fa']".
def (path, process, section, variables) = args as List
def lines = new File(path).readLines()
def begin = lines.indexOf("process $process {".toString())
assert begin >= 0 : "$path has no process $process"
def body = lines.drop(begin + 1).takeWhile { line -> line != '}' }
def label = body.indexOf("    $section:".toString())
assert label >= 0 : "$process has no $section"
def block = body.drop(label + 1).takeWhile { line -> !(line ==~ /    [a-z]+:/) }
def shell = new GroovyShell(new Binding(Eval.me(variables)))
print shell.evaluate(block.join('\n')).toString().stripIndent(true)
